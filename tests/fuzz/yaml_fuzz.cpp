// YAML with every kind of field. What was read is written and read again.
#include "jcs/config/yaml.hpp"

#include "fuzz/scratch.hpp"

namespace {

enum class Colour { kRed, kGreen };

struct Inner {
  double share = 0.5;
  std::vector<int> list = {1, 2};
  template <class Visitor>
  void describe(Visitor& v) {
    v.field("share", share, "a share", jcs::between(0, 1));
    v.field("list", list, "numbers", jcs::at_least(-5));
  }
};

struct Options {
  bool flag = false;
  int count = 3;
  std::int64_t seed = 1;
  std::string name = "x";
  std::filesystem::path folder = "y";
  std::array<double, 3> mean = {0.1, 0.2, 0.3};
  Colour colour = Colour::kRed;
  Inner inner;
  template <class Visitor>
  void describe(Visitor& v) {
    v.field("flag", flag, "a flag");
    v.field("count", count, "a count", jcs::at_least(0));
    v.field("seed", seed, "a seed");
    v.field("name", name, "a name");
    v.field("folder", folder, "a folder");
    v.field("mean", mean, "three numbers");
    v.choice("colour", colour, "a colour", {{"red", Colour::kRed}, {"green", Colour::kGreen}});
    v.section("inner", inner, "more");
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jcs;
  const auto file = fuzz::scratch().file("options.yaml", fuzz::text(data, size));
  fuzz::refuse_or_read([&] {
    const std::string written = config::to_yaml(config::load<Options>(file));
    const auto again = fuzz::scratch().file("again.yaml", written);
    if (config::to_yaml(config::load<Options>(again)) != written) std::abort();
  });
  return 0;
}
