#include "jcs/weights/convert.hpp"

#include "jcs/core/error.hpp"
#include "jcs/core/hash.hpp"
#include "jcs/core/log_text.hpp"
#include "jcs/weights/model_file.hpp"
#include "jcs/weights/safetensors.hpp"

namespace jcs::weights {

Conversion convert(const std::filesystem::path& from, const std::filesystem::path& to) {
  const std::string where = from.string();
  TensorFile file = read_tensors(from);
  Conversion done{file.format, file.tensors.size(), card_of(file.metadata, where)};
  for (const std::string& note : file.notes) {
    log_info(where + ": " + note);
  }
  if (done.card) {
    require_fit(*done.card, file.tensors, where);
  } else {
    done.card = card_of_release(file.tensors);
    try {
      if (done.card) {
        require_fit(*done.card, file.tensors, where);
        done.card->provenance = {{"converted_from", from.filename().string()},
                                 {"converted_from_sha256", sha256_file(from, ExitCode::kWeights)}};
        // Others use the same words for something else.
        for (const auto& [key, text] : to_metadata(*done.card)) {
          file.metadata.insert_or_assign(key, text);
        }
      }
    } catch (const WeightsError& error) {
      log_warning(std::string(error.what()) + "; written without a model card");
      done.card.reset();
    }
  }
  file.metadata.emplace("format", "pt");
  write_safetensors(to, file.tensors, file.metadata);
  return done;
}

}  // namespace jcs::weights
