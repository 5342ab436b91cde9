#include "jcs/cohort/run.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <new>
#include <optional>
#include <string>

#include "jcs/core/device_failure.hpp"
#include "jcs/core/log.hpp"
#include "jcs/core/output_lock.hpp"

#include "run_log.hpp"

namespace jcs::cohort {

namespace {

/// Puts the study's number and name before the stages that its diagnosis reports.
class StudyProgress : public Progress {
 public:
  StudyProgress(Progress& whole, std::string study) : whole_(whole), study_(std::move(study)) {}
  void update(std::string_view stage, std::size_t done, std::size_t total) override {
    whole_.update(study_ + ": " + std::string(stage), done, total);
  }
  void remark(std::string_view text) override { whole_.remark(text); }

 private:
  Progress& whole_;
  std::string study_;
};

struct Work {
  const Study* study;
  bool diagnosed;                                              ///< only the delivery is missing
  std::optional<std::filesystem::file_time_type> ended_a_run;  ///< when it began, if it did
};

/// The studies of the shard that are still to do; at the end those that ended a run, the latest
/// last, so that one that always does keeps no other from its turn.
std::vector<Work> still_to_do(const std::vector<Study>& studies, const Shard& shard,
                              const RunLog& log, CohortSummary& summary) {
  std::vector<Work> work;
  for (std::size_t i = 0; i < studies.size(); ++i) {
    if (!shard.holds(i)) {
      continue;
    }
    const bool diagnosed = log.done(studies[i]);
    if (diagnosed && log.delivered(studies[i])) {
      ++summary.skipped;
    } else {
      work.push_back({&studies[i], diagnosed, log.broken_off(studies[i])});
    }
  }
  std::stable_sort(work.begin(), work.end(),
                   [](const Work& a, const Work& b) { return a.ended_a_run < b.ended_a_run; });
  return work;
}

class Run {
 public:
  Run(const std::vector<Study>& studies, const CohortOptions& options,
      const DiagnoseStudy& diagnose, Progress& progress)
      : options_(options), diagnose_(diagnose), progress_(progress), log_(studies, options) {
    summary_.studies = studies.size();
    work_ = still_to_do(studies, options.shard, log_, summary_);
  }

  void all(const std::stop_token& stop) {
    for (const Work& work : work_) {
      throw_if_stopped(stop);
      // Another shard cut it from a list that was longer or shorter, and did it meanwhile.
      if (!work.diagnosed && log_.done(*work.study)) {
        ++summary_.skipped;
        ++passed_over_;
        continue;
      }
      if (work.diagnosed || diagnose(*work.study)) deliver(*work.study);
      ++summary_.ran;
    }
  }

  [[nodiscard]] std::size_t left() const { return work_.size() - summary_.ran - passed_over_; }

  CohortSummary close() {
    for (const StudyRow& row : log_.write_tables()) {
      summary_.done += row.status == Status::kDone ? 1U : 0U;
      summary_.failed += row.status == Status::kFailed ? 1U : 0U;
      summary_.pending += row.status == Status::kPending ? 1U : 0U;
      summary_.unsent += row.status == Status::kUnsent ? 1U : 0U;
    }
    return summary_;
  }

 private:
  /// Whether there is a result now.
  bool diagnose(const Study& study) {
    StudyProgress progress(progress_, "study " + std::to_string(summary_.ran + 1) + " of " +
                                          std::to_string(work_.size()) + ", " + study.name);
    const std::string files = log_.begin(study);
    try {
      diagnose_(study, result_folder(options_.folder, study), progress);
    } catch (const Interrupted&) {
      log_.forget(study);
      throw;
    } catch (const OutputInUse& error) {
      // What is noted of it is the other run's to say.
      log().warn("{}: left out: {}", study.name, error.what());
      note(error.code());
      return false;
    } catch (const Error& error) {
      return failed(study, error.what(), error.code());
    } catch (const std::bad_alloc&) {
      return failed(study, "not enough memory", ExitCode::kUnforeseen);
    } catch (const std::exception& error) {
      // The next studies would fail as well. This one may have been the reason, so that it stays
      // noted as begun and comes last in the next run.
      if (const auto failure = device_failure(error)) throw DeviceFailure(*failure);
      // LibTorch adds where it came from, on many lines.
      const std::string text = error.what();
      return failed(study, text.substr(0, text.find('\n')), ExitCode::kUnforeseen);
    }
    log_.finish(study, files);
    log().info("{}: done", study.name);
    return true;
  }

  void deliver(const Study& study) {
    if (!options_.delivery) return;
    StudyProgress(progress_, study.name).update("sending", 0, 1);
    try {
      options_.delivery->send(study, result_folder(options_.folder, study));
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      return unsent(study, error.what(), error.code());
    } catch (const std::exception& error) {
      return unsent(study, error.what(), ExitCode::kUnforeseen);
    }
    log_.note_delivered(study);
  }

  void unsent(const Study& study, const std::string& error, ExitCode code) {
    log_.note_undelivered(study, error, code);
    log().warn("{}: not sent: {}", study.name, error);
    note(code);
  }

  bool failed(const Study& study, const std::string& error, ExitCode code) {
    log_.fail(study, error, code);
    log().warn("{}: failed: {}", study.name, error);
    note(code);
    return false;
  }

  void note(ExitCode code) {
    const bool first = summary_.code == ExitCode::kDone;
    summary_.code = first || summary_.code == code ? code : ExitCode::kUnforeseen;
  }

  const CohortOptions& options_;
  const DiagnoseStudy& diagnose_;
  Progress& progress_;
  RunLog log_;
  CohortSummary summary_;
  std::vector<Work> work_;
  std::size_t passed_over_ = 0;
};

std::string left_text(std::size_t left) {
  return "with " + std::to_string(left) + (left == 1 ? " study" : " studies") +
         " left; the same command goes on from here";
}

}  // namespace

CohortSummary run_cohort(const std::vector<Study>& studies, const CohortOptions& options,
                         const DiagnoseStudy& diagnose, Progress& progress,
                         const std::stop_token& stop) {
  Run run(studies, options, diagnose, progress);
  try {
    run.all(stop);
  } catch (const Interrupted&) {
    run.close();
    throw Interrupted("stopped on request " + left_text(run.left()));
  } catch (const DeviceFailure& failure) {
    run.close();
    throw DeviceFailure(
        {.what = "the GPU failed or vanished " + left_text(run.left()), .got = failure.said()});
  }
  return run.close();
}

}  // namespace jcs::cohort
