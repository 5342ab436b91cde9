#define JCS_SET kBaselineCode
#define JCS_LANES 4
#define JCS_ROWS 6
#include "vector_code.inl"
