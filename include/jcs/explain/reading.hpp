#pragma once

namespace jcs::explain {

/// How channel weights and features become a map.
enum class Reading {
  kPaper,   ///< equation 2 as printed: Σ_k ReLU(w_k X^k)
  kRelease  ///< as in the authors' code: ReLU(Σ_k w_k X^k)
};

}  // namespace jcs::explain
