#include "jcs/cohort/page.hpp"
