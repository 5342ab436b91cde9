#include <filesystem>
#include <string>
#include <system_error>

#include "jcs/core/error.hpp"
#include "jcs/core/output_lock.hpp"
#include "jcs/core/text.hpp"
#include "jcs/weights/convert.hpp"
#include "jcs/weights/verify.hpp"

#include "common/app.hpp"
#include "common/print.hpp"
#include "inspect.hpp"

namespace {

constexpr const char* kExamples =
    "  jcs_weights inspect joint.pth                        what a file holds\n"
    "  jcs_weights inspect seg.safetensors --json           the same for programs\n"
    "  jcs_weights convert single.pth single.safetensors    a released network, ready for "
    "diagnosis\n"
    "  jcs_weights verify seg.safetensors --sha256 HASH     whole, finite and the file that was "
    "meant";

struct Arguments {
  std::filesystem::path file, to;
  std::string sha256;
  bool json = false, overwrite = false;
};

void convert(const Arguments& arguments, bool quiet) {
  if (!jcs::has_ending(arguments.to, ".safetensors")) {
    throw jcs::UsageError({"the output's name ends otherwise", arguments.to.string(),
                           "a name that ends in .safetensors"});
  }
  const auto lock = jcs::OutputLock::beside(arguments.to);
  // It may be the only copy of a network that took days.
  std::error_code ignored;
  if (!arguments.overwrite && std::filesystem::exists(arguments.to, ignored)) {
    throw jcs::OutputError(
        {"is there already", arguments.to.string(), "--overwrite to replace it"});
  }
  const auto done = jcs::weights::convert(arguments.file, arguments.to);
  if (quiet) return;
  jcs::app::print_lines(arguments.to.string() + ": " + std::to_string(done.tensors) +
                        " tensors from " + done.format +
                        (done.card ? ", card of a network for " + to_text(done.card->task)
                                   : std::string(", no model card")) +
                        "\n");
}

void verify(const Arguments& arguments, bool quiet) {
  const auto found = jcs::weights::verify(arguments.file, arguments.sha256);
  std::string lines = found.sha256 + "  " + arguments.file.string() + "\n";
  if (!quiet) {
    lines += found.format + ", " + std::to_string(found.tensors) + " tensors, all numbers finite" +
             (found.card ? ", fit a network for " + to_text(found.card->task) : std::string()) +
             "\n";
  }
  jcs::app::print_lines(lines);
}

}  // namespace

int main(int argc, char** argv) {
  jcs::app::App app("jcs_weights", "Looks into files of network weights, converts and checks them.",
                    kExamples);
  Arguments arguments;
  app.cli().require_subcommand(1);
  app.cli().fallthrough();

  CLI::App* inspect =
      app.cli().add_subcommand("inspect", "Print every tensor's name, type and shape");
  inspect->add_option("file", arguments.file, "PyTorch .pth or .pt, or .safetensors")->required();
  inspect->add_flag("--json", arguments.json, "For programs");

  CLI::App* to_safetensors = app.cli().add_subcommand(
      "convert", "Write as safetensors, with the model card where the network is known");
  to_safetensors->add_option("in", arguments.file, "PyTorch .pth or .pt, or .safetensors")
      ->required();
  to_safetensors->add_option("out", arguments.to, "File to write, .safetensors")->required();
  to_safetensors->add_flag("--overwrite", arguments.overwrite, "Replace an earlier file");

  CLI::App* check = app.cli().add_subcommand(
      "verify", "Read everything, check that all numbers are finite, print the SHA-256");
  check->add_option("file", arguments.file, "PyTorch .pth or .pt, or .safetensors")->required();
  check->add_option("--sha256", arguments.sha256, "What the file's SHA-256 must be");

  return app.run(argc, argv, [&] {
    if (inspect->parsed()) {
      jcs::app::print(arguments.json ? jcs::app::inspect_json(arguments.file)
                                     : jcs::app::inspect(arguments.file));
    } else if (to_safetensors->parsed()) {
      convert(arguments, app.quiet());
    } else {
      verify(arguments, app.quiet());
    }
  });
}
