#define JCS_SET kAvx2Code
#define JCS_LANES 8
#define JCS_ROWS 6
#include "vector_code.inl"
