#include "life_signs.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "jcs/core/log_text.hpp"
#include "jcs/core/text.hpp"

namespace jcs::parallel {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kPeriod{1000};
constexpr milliseconds kPeriodWhenLeaving{50};
// Long enough for a living rank's sign to arrive from a busy machine, short enough to wait for.
constexpr milliseconds kSuspicious{2600};
constexpr milliseconds kLongestSearch{5000};
constexpr milliseconds kLongestGoodbye{3000};
const std::string kGone = "gone";

std::string key_of(int rank) { return "life/" + std::to_string(rank); }

}  // namespace

struct LifeSigns::State {
  struct Sign {
    std::string text;
    Clock::time_point changed;
    bool seen = false;
  };

  c10::intrusive_ptr<c10d::Store> store;
  int rank = 0;
  bool served_by_first = false;
  milliseconds silence{};

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Sign> signs;       // by rank
  Clock::time_point last_round;  // when the store last answered
  std::string verdict;           // who is lost, as this rank tells the others when it goes
  bool store_failed = false;
  bool leaving = false, watching_others_go = false, said_goodbye = false, stop = false,
       stopped = false;

  [[nodiscard]] std::string name_lost(milliseconds longest_silence) const;
  [[nodiscard]] bool all_gone() const;
  void note(const std::vector<std::vector<std::uint8_t>>& texts);
};

std::string LifeSigns::State::name_lost(milliseconds longest_silence) const {
  const auto now = Clock::now();
  if (store_failed || now - last_round > longest_silence) {
    return served_by_first && rank != 0 ? "rank 0 can no longer be reached"
                                        : "the launcher's meeting point can no longer be reached";
  }
  std::vector<std::string> silent, told, gone;
  for (std::size_t i = 0; i < signs.size(); ++i) {
    const Sign& sign = signs[i];
    const std::string name = "rank " + std::to_string(i);
    if (static_cast<int>(i) == rank) {
      continue;
    }
    if (sign.text.starts_with(kGone)) {
      gone.push_back(name);
      if (sign.text.size() > kGone.size()) {
        told.push_back(sign.text.substr(kGone.size()));
      }
    } else if (now - sign.changed > longest_silence) {
      silent.push_back(name);
    }
  }
  // Who went because of another knows why; who is silent is a cause, who went may be a consequence.
  if (!told.empty()) {
    return told.front();
  }
  if (!silent.empty()) {
    return joined(silent) + (silent.size() == 1 ? " shows" : " show") + " no sign of life";
  }
  return gone.empty() ? "" : joined(gone) + " left the training";
}

bool LifeSigns::State::all_gone() const {
  const auto now = Clock::now();
  for (std::size_t i = 0; i < signs.size(); ++i) {
    if (static_cast<int>(i) != rank && !signs[i].text.starts_with(kGone) &&
        now - signs[i].changed < kSuspicious) {
      return false;
    }
  }
  return true;
}

void LifeSigns::State::note(const std::vector<std::vector<std::uint8_t>>& texts) {
  const auto now = Clock::now();
  for (std::size_t i = 0; i < signs.size(); ++i) {
    std::string text(texts[i].begin(), texts[i].end());
    if (!signs[i].seen || signs[i].text != text) {
      signs[i] = {std::move(text), now, true};
    }
  }
  last_round = now;
}

LifeSigns::LifeSigns(c10::intrusive_ptr<c10d::Store> store, int rank, int size,
                     milliseconds silence, bool served_by_first)
    : state_(std::make_shared<State>()) {
  state_->store = std::move(store);
  state_->rank = rank;
  state_->served_by_first = served_by_first;
  state_->silence = silence;
  state_->last_round = Clock::now();
  state_->signs.resize(static_cast<std::size_t>(size), {"", Clock::now(), false});
  // The first sign is there before the others look for it.
  state_->store->set(key_of(rank), std::string("0"));
  thread_ = std::thread(&LifeSigns::watch, state_);
}

LifeSigns::~LifeSigns() {
  std::unique_lock lock(state_->mutex);
  state_->stop = true;
  state_->changed.notify_all();
  // A request to a machine that has vanished may never return; the thread owns all that it uses.
  const bool ended =
      state_->changed.wait_for(lock, kLongestGoodbye, [&] { return state_->stopped; });
  lock.unlock();
  if (ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void LifeSigns::watch(const std::shared_ptr<State>& state) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < state->signs.size(); ++i) {
    keys.push_back(key_of(static_cast<int>(i)));
  }
  std::unique_lock lock(state->mutex);
  for (int count = 1; !state->stop; ++count) {
    const bool goodbye = state->leaving;
    // Who leaves first need not look at the others any more, and the store may be gone by then.
    const bool last_sign = goodbye && !state->watching_others_go;
    const std::string sign = goodbye ? kGone + state->verdict : std::to_string(count);
    lock.unlock();
    std::vector<std::vector<std::uint8_t>> texts;
    std::string failure;
    try {
      state->store->set(key_of(state->rank), sign);
      if (!last_sign) {
        texts = state->store->multiGet(keys);
      }
    } catch (const std::exception& error) {
      failure = error.what();
    }
    lock.lock();
    if (last_sign) {
      break;
    }
    if (!failure.empty()) {
      log_debug(failure);
      state->store_failed = true;
      break;
    }
    state->note(texts);
    state->said_goodbye = goodbye;
    state->changed.notify_all();
    state->changed.wait_for(lock, goodbye ? kPeriodWhenLeaving : kPeriod,
                            [&] { return state->stop || state->leaving != goodbye; });
  }
  state->stopped = true;
  state->changed.notify_all();
}

std::string LifeSigns::lost() const {
  const std::lock_guard lock(state_->mutex);
  return state_->name_lost(state_->silence);
}

std::string LifeSigns::find_lost() {
  const auto until = Clock::now() + kLongestSearch;
  std::unique_lock lock(state_->mutex);
  while (state_->verdict.empty() && Clock::now() < until) {
    state_->verdict = state_->name_lost(kSuspicious);
    state_->changed.wait_for(lock, milliseconds(50));
  }
  return state_->verdict;
}

void LifeSigns::leave(bool until_all_have) {
  std::unique_lock lock(state_->mutex);
  state_->leaving = true;
  state_->watching_others_go = until_all_have;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, kLongestGoodbye, [&] {
    return state_->stopped || (state_->said_goodbye && state_->all_gone());
  });
}

}  // namespace jcs::parallel
