#pragma once

#include <utility>
#include <vector>

#include "jcs/core/fields.hpp"

namespace jcs::models {

/// How batch normalisation behaves.
enum class Norm {
  kTrained,  ///< statistics and scale are learnt, ε = 1e-5
  kFrozen    ///< statistics and scale stay as loaded, ε = 0 (the release's segmenter and joint
             ///< network)
};

/// A Res2Net with bottleneck blocks. Defaults: Res2Net-101 v1b 26w×4s, the release's classifier.
struct Res2NetOptions {
  enum class Version {
    kV1,  ///< stem of one 7×7 convolution, strided 1×1 shortcuts
    kV1b  ///< stem of three 3×3 convolutions, average-pooled shortcuts
  };
  Version version = Version::kV1b;
  std::vector<int> layers = {3, 4, 23, 3};  ///< blocks of the four stages
  int planes = 64;      ///< channels of the stem; the stages have 4, 8, 16 and 32 times as many
  int base_width = 26;  ///< a part of a block has ⌊planes · 2^stage · base_width / 64⌋ channels
  int scale = 4;        ///< parts of a block
  Norm norm = Norm::kTrained;

  static Res2NetOptions v1(std::vector<int> layers = {3, 4, 6, 3}) {
    return {Version::kV1, std::move(layers)};
  }
  static Res2NetOptions v1b(std::vector<int> layers = {3, 4, 6, 3}) {
    return {Version::kV1b, std::move(layers)};
  }

  bool operator==(const Res2NetOptions&) const = default;

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("version", version, "v1: 7x7 stem, v1b: three 3x3 and pooled shortcuts",
             {{"v1", Version::kV1}, {"v1b", Version::kV1b}});
    v.field("layers", layers, "blocks of the four stages", between(1, 200));
    v.field("planes", planes, "channels of the stem; the stages have 4, 8, 16 and 32 times as many",
            between(4, 512));
    v.field("base_width", base_width, "channels of a part of a block per 64 planes",
            between(1, 512));
    v.field("scale", scale, "parts of a block", between(2, 16));
    v.choice("norm", norm, "batch normalisation",
             {{"trained", Norm::kTrained}, {"frozen", Norm::kFrozen}});
  }
};

/// The slice classifier: a Res2Net, global average pooling and one linear layer.
struct ClassifierOptions {
  Res2NetOptions backbone;
  int classes = 2;    ///< 0 uninfected, 1 COVID-19
  bool bias = false;  ///< of the linear layer; the release has none

  /// Batch norms are frozen, as in all networks of the release; to train from scratch, set them to
  /// trained.
  static ClassifierOptions release() {
    ClassifierOptions options;
    options.backbone.norm = Norm::kFrozen;
    return options;
  }
  /// The paper names Res2Net alone; 50 layers is its common form.
  static ClassifierOptions paper() { return {Res2NetOptions::v1(), 2, true}; }
  /// A few hundred thousand weights, for CPUs.
  static ClassifierOptions compact() {
    ClassifierOptions options;
    options.backbone.layers = {1, 1, 1, 1};
    options.backbone.planes = 16;
    options.bias = true;
    return options;
  }

  bool operator==(const ClassifierOptions&) const = default;

  template <class Visitor>
  void describe(Visitor& v) {
    v.section("backbone", backbone, "the Res2Net");
    v.field("classes", classes, "outputs", between(2, 100000));
    v.field("bias", bias, "whether the linear layer has a bias");
  }
};

/// The convolutions of VGG-16.
struct VggOptions {
  int width = 64;  ///< channels of the first block; the others have 2, 4, 8 and 8 times as many
  bool batch_norm = true;
  Norm norm = Norm::kFrozen;  ///< of the batch norms, where there are any
  bool pool_before_last =
      false;  ///< paper: strides 1, 2, 4, 8, 16; release: no pool before block 5, so 8 twice

  bool operator==(const VggOptions&) const = default;

  template <class Visitor>
  void describe(Visitor& v) {
    v.field("width", width,
            "channels of the first block; the others have 2, 4, 8 and 8 times as many",
            between(8, 512));
    v.field("batch_norm", batch_norm, "whether convolutions are followed by batch normalisation");
    v.choice("norm", norm, "batch normalisation",
             {{"trained", Norm::kTrained}, {"frozen", Norm::kFrozen}});
    v.field("pool_before_last", pool_before_last, "max-pool before block 5 too");
  }
};

/// A segmenter. The paper's own: VGG-16, enhanced features (EFM), attentive feature fusion (AFF),
/// deep supervision. Defaults: the release's. Or one of the networks it is compared with (Table
/// VII): of these options they have `encoder.width` alone, by which all their channels scale (64:
/// as published), and none of them has batch norm or features of the classifier.
struct SegmenterOptions {
  enum class Architecture {
    kJcs,
    kUnet,    ///< U-Net
    kDss,     ///< deeply supervised, short connections
    kEgnet,   ///< edge guidance
    kPoolnet  ///< pooling modules
  };
  enum class Fusion {
    kNone,
    kPaper,   ///< §III-B4: 1×1, SE, 3×3 at the encoder's resolution
    kRelease  ///< three 3×3 with batch norm at the classifier's resolution
  };
  Architecture architecture = Architecture::kJcs;
  VggOptions encoder;
  bool efm = true;  ///< Table V; without: plain max-pool behind the encoder
  bool aff = true;  ///< Table V; without: plain top-down decoder
  int attention_reduction =
      0;  ///< of the squeeze-and-excitation in AFF; 0: down to one unit (release), paper: 4
  bool reduce_highest =
      true;  ///< 1×1 before the 3×3 on the highest map (release); paper: 3×3 alone
  Fusion fusion = Fusion::kNone;  ///< Table VI: features of the classifier beside the encoder's
  Res2NetOptions classifier;      ///< whose features are fused

  static SegmenterOptions release() { return {}; }
  static SegmenterOptions joint_release() {
    SegmenterOptions options;
    options.fusion = Fusion::kRelease;
    options.classifier.norm = Norm::kFrozen;
    return options;
  }
  static SegmenterOptions paper() {
    SegmenterOptions options;
    options.encoder.batch_norm = false;
    options.encoder.pool_before_last = true;
    options.attention_reduction = 4;
    options.reduce_highest = false;
    return options;
  }
  static SegmenterOptions joint_paper() {
    SegmenterOptions options = paper();
    options.fusion = Fusion::kPaper;
    options.classifier = Res2NetOptions::v1();
    return options;
  }
  /// About half a million weights, for CPUs and for training from scratch.
  static SegmenterOptions compact() {
    SegmenterOptions options;
    options.encoder.width = 8;
    options.encoder.norm = Norm::kTrained;
    options.encoder.pool_before_last = true;
    options.attention_reduction = 4;
    return options;
  }

  /// A network of Table VII; what it has no use for is off.
  static SegmenterOptions baseline(Architecture architecture, int width = 64) {
    SegmenterOptions options;
    options.architecture = architecture;
    options.encoder.width = width;
    options.encoder.batch_norm = false;
    options.encoder.pool_before_last = true;
    options.efm = options.aff = options.reduce_highest = false;
    return options;
  }

  bool operator==(const SegmenterOptions&) const = default;

  template <class Visitor>
  void describe(Visitor& v) {
    v.choice("architecture", architecture,
             "jcs, or a network of Table VII, of which encoder.width alone is to be chosen",
             {{"jcs", Architecture::kJcs},
              {"unet", Architecture::kUnet},
              {"dss", Architecture::kDss},
              {"egnet", Architecture::kEgnet},
              {"poolnet", Architecture::kPoolnet}});
    v.section("encoder", encoder, "the VGG-16");
    v.field("efm", efm, "enhanced feature module behind the encoder");
    v.field("aff", aff, "attentive feature fusion in the decoder; without, a plain top-down one");
    v.field("attention_reduction", attention_reduction,
            "reduction of the attention in AFF; 0 goes down to one unit", between(0, 64));
    v.field("reduce_highest", reduce_highest,
            "1x1 convolution before the 3x3 on the highest map (release)");
    v.choice("fusion", fusion, "how the classifier's features join in",
             {{"none", Fusion::kNone}, {"paper", Fusion::kPaper}, {"release", Fusion::kRelease}});
    v.section("classifier", classifier, "the classifier's backbone, where its features are fused");
  }
};

}  // namespace jcs::models
