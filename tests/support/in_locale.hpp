#pragma once

#include <locale>
#include <stdexcept>

namespace jcs::test {

/// A host's language while it lives: decimal commas, dots between thousands, letters of its own.
class InLocale {
 public:
  explicit InLocale(const char* name) {
    try {
      before_ = std::locale::global(std::locale(name));
      there_ = true;
    } catch (const std::runtime_error&) {
    }
  }
  ~InLocale() {
    if (there_) std::locale::global(before_);
  }
  InLocale(const InLocale&) = delete;
  InLocale& operator=(const InLocale&) = delete;

  /// Whether the machine knows the language.
  [[nodiscard]] bool there() const { return there_; }

 private:
  std::locale before_;
  bool there_ = false;
};

}  // namespace jcs::test
