// Runs every case of a stimulus file through a Verilated top module. File layouts: sim/README.md of Prunus.
//
//   sim STIMULUS RESULTS [--text FILE] [--waves FILE CASE FROM TO] [--progress]
//
// --text lists the moved items for people; --waves writes cycles FROM..TO of one case. Exit code 0 when all cases were
// run (however they ended), 3 when the design stopped the simulation or a file is not readable.
#include "report.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace prunus;

constexpr uint32_t kStimulusMagic = 0x54535250;
constexpr uint32_t kHeaderWords = 4, kCaseHeaderWords = 8;
constexpr uint32_t kResetCycles = 4;
constexpr uint32_t kMaxViolations = 64, kMaxExtra = 64;
constexpr uint32_t kProbeMask = 31;  // cycles in which `valid` is checked not to follow `ready`
uint32_t currentCase = 0, currentCycle = 0;

extern "C" void onAbort(int) {
  char text[96];
  const int n = std::snprintf(text, sizeof text, "prunus-sim: stopped in case %u, cycle %u\n", currentCase, currentCycle);
  if (write(2, text, static_cast<size_t>(n)) < 0) _exit(4);
  _exit(3);
}

struct Waves {
  const char* file = nullptr;
  uint32_t inCase = 0, from = 0, to = 0;
};

class Driver {
 public:
  Driver(Design& design, Report& report, Waves waves, bool progress)
      : d_(design), report_(report), waves_(waves), progress_(progress) {
    for (const Stream& s : d_.inputs) {
      Source source{s};
      for (const Field& f : s.fields) source.itemWords += f.words();
      sources_.push_back(std::move(source));
    }
    for (const Stream& s : d_.outputs) {
      Sink sink{s};
      for (const Field& f : s.fields) sink.held.emplace_back(f.portBytes());
      sink.columns.resize(s.fields.size());
      sinks_.push_back(std::move(sink));
    }
    // A first eval() never sees a rising edge: settle with the clock low.
    *d_.clk = 0;
    *d_.rstN = 1;
    d_.model->eval();
  }

  void runCase(uint32_t index, const uint32_t* words) {
    currentCase = index;
    const uint32_t seed = words[2], validThreshold = words[3], readyThreshold = words[4];
    const uint32_t maxIdle = words[5], drain = words[6];
    const uint32_t* at = words + kCaseHeaderWords;
    for (const Field& w : d_.inputWires) {
      drive(w, at);
      at += 2;
    }
    uint32_t key = 0;
    uint64_t remaining = 0;
    for (Source& s : sources_) {
      s.left = *at++;
      s.key = streamKey(seed, key++);
      s.accepted.clear();
      remaining += s.left;
    }
    for (Sink& s : sinks_) {
      s.expected = *at++;
      s.key = streamKey(seed, key++);
      s.cycles.clear();
      for (auto& c : s.columns) c.clear();
      remaining += s.expected;
    }
    for (Source& s : sources_) {
      s.next = at;
      at += size_t{s.left} * s.itemWords;
    }
    violations_.clear();
    violationCount_ = 0;
    if ((words[1] & 1) || resetNext_) reset();
    if (waves_.file && index == waves_.inCase) tracing_ = true;

    uint32_t cycle = 0, idle = 0, cycles = 0;
    extra_ = 0;
    Status status = kOk;
    while (remaining > 0 && extra_ < kMaxExtra) {
      const uint32_t moved = step(cycle++, validThreshold, readyThreshold, remaining);
      idle = moved ? 0 : idle + 1;
      if (idle >= maxIdle) {
        status = kHung;
        break;
      }
    }
    cycles = cycle;
    for (uint32_t n = 0; status == kOk && n < drain && extra_ < kMaxExtra; ++n) {
      step(cycle++, 0xffffffffu, 0xffffffffu, remaining);
    }
    if (status == kOk && extra_) status = kExtra;
    resetNext_ = status != kOk;
    *d_.clk = 0;
    d_.model->eval();
    tracing_ = false;
    totalCycles_ += cycle;
    report_.write(d_, {index, status, cycles, violationCount_, violations_, sources_, sinks_});
    if (d_.model->finished()) fail("the design called $finish");
  }

  void progress(uint32_t done, uint32_t cases) {
    if (!progress_) return;
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t ms = int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1000000;
    if (done < cases && ms - lastReport_ < 100) return;
    lastReport_ = ms;
    std::printf("progress %u %llu\n", done, static_cast<unsigned long long>(totalCycles_));
    std::fflush(stdout);
  }

 private:
  void idleSource(Source& s) {
    *s.port.valid = 0;
    for (const Field& f : s.port.fields) invert(f);
  }

  void reset() {
    for (Source& s : sources_) {
      if (*s.port.valid) idleSource(s);
      s.offering = false;
    }
    for (Sink& s : sinks_) {
      *s.port.ready = 0;
      s.waiting = false;
    }
    *d_.rstN = 0;
    *d_.clk = 0;
    d_.model->eval();
    for (uint32_t i = 0; i < kResetCycles; ++i) {
      *d_.clk = 1;
      d_.model->eval();
      *d_.clk = 0;
      d_.model->eval();
    }
    *d_.rstN = 1;
  }

  // One clock cycle: drive, settle with the clock low, look, rising edge. Returns how many items moved.
  uint32_t step(uint32_t cycle, uint32_t validThreshold, uint32_t readyThreshold, uint64_t& remaining) {
    currentCycle = cycle;
    for (Source& s : sources_) {
      if (s.offering) continue;
      if (s.left && goes(s.key, cycle, validThreshold)) {
        const uint32_t* words = s.next;
        for (const Field& f : s.port.fields) {
          drive(f, words);
          words += f.words();
        }
        *s.port.valid = 1;
        s.offering = true;
      } else if (*s.port.valid) {
        idleSource(s);
      }
    }
    for (Sink& s : sinks_) *s.port.ready = goes(s.key, cycle, readyThreshold);
    *d_.clk = 0;
    d_.model->eval();
    if ((cycle & kProbeMask) == 0) probe(cycle);
    uint32_t moved = 0;
    for (Source& s : sources_) {
      if (!(s.offering && *s.port.ready)) continue;
      s.accepted.push_back(cycle);
      s.next += s.itemWords;
      s.left--;
      s.offering = false;
      remaining--;
      moved++;
    }
    for (size_t i = 0; i < sinks_.size(); ++i) moved += look(sinks_[i], sources_.size() + i, cycle, remaining);
    const bool dump = tracing_ && cycle >= waves_.from && cycle <= waves_.to;
    if (dump) dumpWaves(uint64_t{cycle} * 10);
    *d_.clk = 1;
    d_.model->eval();
    if (dump) dumpWaves(uint64_t{cycle} * 10 + 5);
    return moved;
  }

  uint32_t look(Sink& s, size_t stream, uint32_t cycle, uint64_t& remaining) {
    const bool valid = *s.port.valid, ready = *s.port.ready;
    if (s.waiting) {
      if (!valid) {
        violation(stream, kDropped, cycle);
      } else {
        bool same = true;
        for (size_t f = 0; f < s.held.size(); ++f) {
          same = same && std::memcmp(s.held[f].data(), s.port.fields[f].port, s.held[f].size()) == 0;
        }
        if (!same) violation(stream, kChanged, cycle);
      }
    }
    s.waiting = valid && !ready;
    if (!valid) return 0;
    if (!ready) {
      for (size_t f = 0; f < s.held.size(); ++f) std::memcpy(s.held[f].data(), s.port.fields[f].port, s.held[f].size());
      return 0;
    }
    if (s.cycles.size() < s.expected) {
      remaining--;
    } else {
      extra_++;
    }
    s.cycles.push_back(cycle);
    for (size_t f = 0; f < s.columns.size(); ++f) {
      const Field& field = s.port.fields[f];
      auto& column = s.columns[f];
      const size_t size = column.size();
      column.resize(size + field.words());
      sample(field, column.data() + size);
    }
    return 1;
  }

  // Turns every `ready` over without a clock edge: no `valid` may follow.
  void probe(uint32_t cycle) {
    probed_.clear();
    for (Sink& s : sinks_) {
      probed_.push_back(*s.port.valid);
      *s.port.ready ^= 1;
    }
    d_.model->eval();
    for (size_t i = 0; i < sinks_.size(); ++i) {
      if (*sinks_[i].port.valid != probed_[i]) violation(sources_.size() + i, kWaits, cycle);
      *sinks_[i].port.ready ^= 1;
    }
    d_.model->eval();
  }

  void violation(size_t stream, uint32_t kind, uint32_t cycle) {
    if (violationCount_++ < kMaxViolations) violations_.push_back({static_cast<uint32_t>(stream), kind, cycle});
  }

  void dumpWaves(uint64_t time) {
    if (!traceOpen_) d_.model->openTrace(waves_.file);
    traceOpen_ = true;
    d_.model->dumpTrace(time);
  }

  Design& d_;
  Report& report_;
  Waves waves_;
  bool progress_;
  std::vector<Source> sources_;
  std::vector<Sink> sinks_;
  std::vector<Violation> violations_;
  std::vector<uint8_t> probed_;
  uint32_t violationCount_ = 0, extra_ = 0;
  uint64_t totalCycles_ = 0;
  int64_t lastReport_ = 0;
  bool resetNext_ = false, tracing_ = false, traceOpen_ = false;
};

struct Mapped {
  const uint32_t* words = nullptr;
  size_t count = 0;
};

Mapped mapFile(const char* path) {
  const int fd = open(path, O_RDONLY);
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0) fail("cannot open the stimulus file");
  if (info.st_size < static_cast<off_t>(4 * kHeaderWords)) fail("the stimulus file is cut short");
  void* map = mmap(nullptr, static_cast<size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
  if (map == MAP_FAILED) fail("cannot read the stimulus file");
  close(fd);
  return {static_cast<const uint32_t*>(map), static_cast<size_t>(info.st_size) / 4};
}

}  // namespace

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // never outlive whoever started the simulation
  std::signal(SIGABRT, onAbort);
  if (argc < 3) fail("usage: sim STIMULUS RESULTS [--text FILE] [--waves FILE CASE FROM TO] [--progress]");
  Waves waves;
  const char* text = nullptr;
  bool progress = false;
  for (int i = 3; i < argc; ++i) {
    if (!std::strcmp(argv[i], "--text") && i + 1 < argc) {
      text = argv[++i];
    } else if (!std::strcmp(argv[i], "--waves") && i + 4 < argc) {
      waves.file = argv[i + 1];
      waves.inCase = static_cast<uint32_t>(std::strtoul(argv[i + 2], nullptr, 10));
      waves.from = static_cast<uint32_t>(std::strtoul(argv[i + 3], nullptr, 10));
      waves.to = static_cast<uint32_t>(std::strtoul(argv[i + 4], nullptr, 10));
      i += 4;
    } else if (!std::strcmp(argv[i], "--progress")) {
      progress = true;
    }
  }
  const Mapped stimulus = mapFile(argv[1]);
  Design design = makeDesign(argc, argv);
  const uint32_t* words = stimulus.words;
  if (words[0] != kStimulusMagic || words[1] != kVersion) fail("not a stimulus file of this version");
  if (words[2] != design.layout) fail("the stimulus file was made for other ports");
  if (waves.file && !design.model->canTrace()) fail("built without waves");
  const uint32_t cases = words[3];
  Report report(argv[2], text, design.layout, cases);
  {
    Driver driver(design, report, waves, progress);
    size_t at = kHeaderWords;
    for (uint32_t i = 0; i < cases; ++i) {
      if (at + kCaseHeaderWords > stimulus.count || at + words[at] > stimulus.count) fail("the stimulus file is cut short");
      driver.runCase(i, words + at);
      at += words[at];
      driver.progress(i + 1, cases);
    }
  }
  if (waves.file) design.model->closeTrace();
  report.close();
  return 0;
}
