#include <cstdio>

#include <torch/torch.h>

#include "jcs/models/classifier.hpp"

int main() {
  jcs::models::Classifier classifier(jcs::models::ClassifierOptions::compact());
  classifier->eval();
  const auto logits = classifier->forward(torch::zeros({1, 3, 64, 64}));
  std::printf("%ld logits\n", static_cast<long>(logits.size(1)));
  return logits.size(1) == 2 ? 0 : 1;
}
