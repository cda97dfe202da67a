// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The threads take the numbers one after the other, so that a process that
// needs long does not hold up those behind it. pthread_create and not
// std::thread, which can only throw when there is no room for another thread.

#include "runtime/ctl/side_by_side.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <pthread.h>
#include <sched.h>
#include <vector>

namespace care::runtime {

namespace {

class Work {
public:
  Work(size_t work_count, const std::function<void(size_t)> &work)
      : count(work_count), do_one(work), is_finished(work_count) {}

  const size_t count;
  const std::function<void(size_t)> &do_one;
  std::mutex mutex;
  std::condition_variable has_finished;
  size_t next = 0;
  size_t finished_count = 0;
  std::vector<bool> is_finished;

  void run() {
    std::unique_lock lock(mutex);
    while (next < count) {
      size_t index = next++;
      lock.unlock();
      run_one(index);
      lock.lock();
      is_finished[index] = true;
      ++finished_count;
      has_finished.notify_one();
    }
  }

private:
  // On a thread of its own: what it has attached to and could not let go of is
  // let go by the kernel when it ends.
  void run_one(size_t index) {
    struct Call {
      const std::function<void(size_t)> &function;
      size_t index;
    } call{do_one, index};
    auto run_call = [](void *argument) -> void * {
      const Call &made = *static_cast<const Call *>(argument);
      made.function(made.index);
      return nullptr;
    };
    pthread_t thread;
    if (pthread_create(&thread, nullptr, run_call, &call) == 0)
      pthread_join(thread, nullptr);
    else
      do_one(index);
  }
};

void *run_thread(void *argument) {
  static_cast<Work *>(argument)->run();
  return nullptr;
}

std::vector<pthread_t> start_threads(Work &work, size_t wanted) {
  std::vector<pthread_t> threads;
  for (pthread_t thread; threads.size() < wanted; threads.push_back(thread))
    if (pthread_create(&thread, nullptr, run_thread, &work) != 0)
      break;
  return threads;
}

} // namespace

size_t processor_count() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0)
    return 1;
  return static_cast<size_t>(std::max(CPU_COUNT(&set), 1));
}

void work_side_by_side(size_t count, size_t thread_count,
                       const std::function<void(size_t)> &work,
                       const std::function<void(size_t)> &done,
                       const std::function<void(size_t)> &tick) {
  Work shared(count, work);
  std::vector<pthread_t> threads;
  if (thread_count > 0)
    threads = start_threads(shared, std::min(thread_count, count));
  if (threads.empty()) {
    for (size_t index = 0; index < count; ++index) {
      tick(index);
      work(index);
      done(index);
    }
    return;
  }
  constexpr std::chrono::milliseconds tick_time(100);
  for (size_t index = 0; index < count; ++index) {
    std::unique_lock lock(shared.mutex);
    while (!shared.is_finished[index]) {
      shared.has_finished.wait_for(lock, tick_time);
      size_t finished_count = shared.finished_count;
      lock.unlock();
      tick(finished_count);
      lock.lock();
    }
    lock.unlock();
    done(index);
  }
  for (pthread_t thread : threads)
    pthread_join(thread, nullptr);
}

} // namespace care::runtime
