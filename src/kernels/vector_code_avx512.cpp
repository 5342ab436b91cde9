#define JCS_SET kAvx512Code
#define JCS_LANES 16
#define JCS_ROWS 12
#include "vector_code.inl"
