#include "inference/replays.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

namespace jcs::inference {
namespace {

/// Counts what is asked of a device that records by remembering the work: replayed, it reads and
/// writes the memory that it was recorded with, as a GPU's graph does.
struct Recorder {
  int recorded = 0, replayed = 0, alive = 0;
  bool able = true;

  class Graph : public DeviceGraph {
   public:
    Graph(Recorder& recorder, std::function<void()> work)
        : recorder_(recorder), work_(std::move(work)) {
      ++recorder_.alive;
    }
    ~Graph() override { --recorder_.alive; }
    void replay() override {
      ++recorder_.replayed;
      work_();
    }

   private:
    Recorder& recorder_;
    std::function<void()> work_;
  };

  GraphRecorder function() {
    return [this](const std::function<void()>& work) -> std::unique_ptr<DeviceGraph> {
      ++recorded;
      work();
      return able ? std::make_unique<Graph>(*this, work) : nullptr;
    };
  }
};

/// Work that always answers into the same memory.
class Work {
 public:
  Replays::Work function() {
    return [this](const at::Tensor& x) {
      ++calls;
      if (!out_.defined() || out_.sizes() != x.sizes()) out_ = torch::empty_like(x);
      return out_.copy_(x * 3 + 1);
    };
  }
  int calls = 0;

 private:
  at::Tensor out_;
};

TEST(Replays, AnswerAsTheWorkDoesForEveryInput) {
  Recorder recorder;
  Replays replays(recorder.function());
  for (int i = 0; i < 5; ++i) {
    const at::Tensor x = torch::randn({2, 3});
    EXPECT_TRUE(replays.run(x, [](const at::Tensor& in) { return in * 3 + 1; }).equal(x * 3 + 1));
    EXPECT_EQ(recorder.recorded, i > 0 ? 1 : 0) << "the first goes step by step";
    EXPECT_EQ(recorder.replayed, i);
  }
}

TEST(Replays, AnAnswerOutlivesTheNextReplay) {
  Recorder recorder;
  Work work;
  Replays replays(recorder.function());
  const at::Tensor x = torch::randn({4});
  replays.run(x, work.function());
  const at::Tensor second = replays.run(x, work.function());
  replays.run(torch::zeros({4}), work.function());
  EXPECT_TRUE(second.equal(x * 3 + 1));
}

TEST(Replays, EveryShapeIsRecordedForItself) {
  Recorder recorder;
  Replays replays(recorder.function());
  for (int i = 0; i < 3; ++i) {
    for (const std::int64_t size : {1, 2}) {
      const at::Tensor x = torch::randn({size, 3});
      EXPECT_TRUE(replays.run(x, [](const at::Tensor& in) { return in + 1; }).equal(x + 1));
    }
  }
  EXPECT_EQ(recorder.recorded, 2);
  EXPECT_EQ(recorder.alive, 2);
}

TEST(Replays, ManyShapesDoNotPileUp) {
  Recorder recorder;
  Replays replays(recorder.function());
  for (std::int64_t size = 1; size < 40; ++size) {
    const at::Tensor x = torch::randn({size});
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(replays.run(x, [](const at::Tensor& in) { return in + 1; }).equal(x + 1));
    }
    EXPECT_LE(recorder.alive, 4);
  }
  replays.clear();
  EXPECT_EQ(recorder.alive, 0);
}

TEST(Replays, WhatCannotBeRecordedGoesStepByStep) {
  Recorder recorder;
  recorder.able = false;
  Replays replays(recorder.function());
  for (int i = 0; i < 4; ++i) {
    const at::Tensor x = torch::randn({2});
    EXPECT_TRUE(replays.run(x, [](const at::Tensor& in) { return in + 1; }).equal(x + 1));
  }
  EXPECT_EQ(recorder.recorded, 1) << "tried once";
}

TEST(Replays, WithoutARecorderEveryRunIsTheWork) {
  EXPECT_FALSE(graph_recorder(torch::kCPU));
  Replays replays(graph_recorder(torch::kCPU));
  Work work;
  for (int i = 0; i < 3; ++i) replays.run(torch::randn({2}), work.function());
  EXPECT_EQ(work.calls, 3);
}

}  // namespace
}  // namespace jcs::inference
