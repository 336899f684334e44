// What happened in a case, and writing it: as words for Prunus, as text for people.
#pragma once

#include "prunus_sim.h"

#include <cstdio>
#include <cstdlib>

namespace prunus {

constexpr uint32_t kResultMagic = 0x52535250, kVersion = 1;
enum Status : uint32_t { kOk = 0, kHung = 1, kExtra = 2 };
enum Kind : uint32_t { kDropped = 0, kChanged = 1, kWaits = 2 };

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "prunus-sim: %s\n", what);
  std::exit(3);
}

struct Source {
  const Stream& port;
  uint32_t itemWords = 0, key = 0, left = 0;
  const uint32_t* next = nullptr;
  bool offering = false;
  std::vector<uint32_t> accepted;
};

struct Sink {
  const Stream& port;
  uint32_t key = 0, expected = 0;
  bool waiting = false;                     // an item was shown and not accepted in the last cycle
  std::vector<std::vector<uint8_t>> held;   // its payload, one bus a field
  std::vector<uint32_t> cycles;
  std::vector<std::vector<uint32_t>> columns;
};

struct Violation {
  uint32_t stream, kind, cycle;
};

struct CaseReport {
  uint32_t index, status, cycles, violationCount;
  const std::vector<Violation>& violations;
  const std::vector<Source>& sources;
  const std::vector<Sink>& sinks;
};

class Report {
 public:
  // `text` may be null.
  Report(const char* results, const char* text, uint32_t layout, uint32_t cases) {
    results_ = std::fopen(results, "wb");
    if (!results_) fail("cannot write the result file");
    std::setvbuf(results_, nullptr, _IOFBF, 1 << 20);
    if (text) {
      text_ = std::fopen(text, "w");
      if (!text_) fail("cannot write the text file");
    }
    const uint32_t header[4] = {kResultMagic, kVersion, layout, cases};
    put(header, 4);
  }

  void write(const Design& design, const CaseReport& c) {
    writeWords(design, c);
    if (text_) writeText(design, c);
  }

  void close() {
    if (std::fclose(results_) != 0 || (text_ && std::fclose(text_) != 0)) fail("cannot write the results");
  }

 private:
  void put(const uint32_t* words, size_t count) {
    if (std::fwrite(words, 4, count, results_) != count) fail("cannot write the results");
  }
  void put(const std::vector<uint32_t>& words) { put(words.data(), words.size()); }
  void put(uint32_t word) { put(&word, 1); }

  void writeWords(const Design& design, const CaseReport& c) {
    put(c.status);
    put(c.cycles);
    put(c.violationCount);
    put(static_cast<uint32_t>(c.violations.size()));
    for (const Field& w : design.outputWires) {
      uint32_t value[2] = {0, 0};
      sample(w, value);
      if (w.width <= 32) value[1] = w.isSigned && (value[0] >> 31) ? 0xffffffffu : 0;
      put(value, 2);
    }
    for (const Sink& s : c.sinks) {
      put(static_cast<uint32_t>(s.cycles.size()));
      put(s.cycles);
      for (const auto& column : s.columns) put(column);
    }
    for (const Source& s : c.sources) {
      put(static_cast<uint32_t>(s.accepted.size()));
      put(s.accepted);
    }
    for (const Violation& v : c.violations) {
      put(v.stream);
      put(v.kind);
      put(v.cycle);
    }
  }

  void writeText(const Design& design, const CaseReport& c) {
    static const char* const statuses[] = {"ok", "hung", "extra"};
    static const char* const kinds[] = {"dropped", "changed", "waits"};
    for (const Sink& s : c.sinks) {
      for (size_t i = 0; i < s.cycles.size(); ++i) {
        std::fprintf(text_, "case %u %s[%zu]", c.index, s.port.name, i);
        for (size_t f = 0; f < s.columns.size(); ++f) writeField(s.port.fields[f], s.columns[f].data(), i);
        std::fprintf(text_, " @%u\n", s.cycles[i]);
      }
    }
    for (const Field& w : design.outputWires) {
      uint32_t value[2] = {0, 0};
      sample(w, value);
      std::fprintf(text_, "case %u wire", c.index);
      writeField(w, value, 0);
      std::fprintf(text_, " @%u\n", c.cycles);
    }
    for (const Violation& v : c.violations) {
      const size_t n = c.sources.size();
      std::fprintf(text_, "case %u %s %s @%u\n", c.index, c.sinks[v.stream - n].port.name, kinds[v.kind], v.cycle);
    }
    std::fprintf(text_, "case %u status %s @%u\n", c.index, statuses[c.status], c.cycles);
  }

  void writeField(const Field& f, const uint32_t* column, size_t item) {
    std::fprintf(text_, " %s=", f.name);
    const uint32_t* e = column + item * f.words();
    for (uint32_t i = 0; i < f.count; ++i, e += f.elementWords()) {
      const uint64_t wide = f.width > 32 ? e[0] | uint64_t{e[1]} << 32 : 0;
      const long long value = f.width > 32 ? static_cast<long long>(wide)
                              : f.isSigned ? static_cast<long long>(static_cast<int32_t>(e[0]))
                                           : static_cast<long long>(e[0]);
      std::fprintf(text_, i ? ",%lld" : "%lld", value);
    }
  }

  FILE* results_ = nullptr;
  FILE* text_ = nullptr;
};

}  // namespace prunus
