#pragma once

namespace jcs::training {

/// Which Dice the segmentation loss uses, with P the probabilities and G the annotation.
enum class DiceReading {
  kStandard,  ///< 1 − (2 P·G + ε) / (‖P‖₁ + ‖G‖₁ + ε) over the whole batch, ε = 1e-5 (the authors'
              ///< release)
  kPaper      ///< 1 − P·G / (‖P‖₁ + ‖G‖₁), as equation 6 prints it: at best ½
};

}  // namespace jcs::training
