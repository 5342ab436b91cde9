#include "jcs/cohort/page.hpp"
namespace jcs::cohort {
std::string cohort_page(const std::vector<StudyRow>&) { return {}; }
}  // namespace jcs::cohort
