// Loaded before a program, this makes it a part of an application that speaks its user's language,
// as those with windows do: decimal commas, dots between thousands, a Turkish I.
#include <clocale>
#include <exception>
#include <locale>

namespace {

[[gnu::constructor]] void speak_the_users_language() {
  try {
    std::locale::global(std::locale(""));
  } catch (const std::exception&) {
    std::setlocale(LC_ALL, "");
  }
}

}  // namespace
