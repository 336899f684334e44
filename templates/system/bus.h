// Models of what is on the other side of a system's AXI ports: a processor's bus, a memory, sources and sinks of streams. All look at
// the signals right before a rising edge of the clock, and drive theirs right after it.
#pragma once

#include <cstdint>
#include <cstring>
#include <deque>
#include <vector>

namespace prunus {

// Verilator's storage of a port.
struct Port {
  void* at;
  size_t bytes;
  uint64_t get() const {
    uint64_t value = 0;
    std::memcpy(&value, at, bytes < 8 ? bytes : 8);
    return value;
  }
  void set(uint64_t value) const { std::memcpy(at, &value, bytes < 8 ? bytes : 8); }
};
template <class T>
Port port(T& of) {
  return Port{&of, sizeof(T)};
}

// Random decisions; the same seed gives the same ones.
class Chance {
 public:
  uint32_t seed = 1;
  bool of(uint32_t percent) {
    if (percent >= 100) return true;
    return next() % 100 < percent;
  }
  uint32_t next() {
    uint32_t x = seed + 0x9e3779b9u * ++count;
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
  }

 private:
  uint32_t count = 0;
};

// How the other side behaves.
struct Manner {
  uint32_t validPercent = 100;  // of cycles in which something new is offered
  uint32_t readyPercent = 100;  // of cycles in which something is accepted
  uint32_t latency = 8;         // cycles from a request to the first data, or from the last data to the response
  uint64_t errorFrom = 1;       // addresses that answer with an error: from the first up to the second
  uint64_t errorTo = 0;
};

struct Model {
  virtual ~Model() = default;
  virtual void sample() = 0;
  virtual void drive() = 0;
};

struct AxiPorts {
  Port arid, araddr, arlen, arvalid, arready, rid, rdata, rresp, rlast, rvalid, rready;
  Port awid, awaddr, awlen, awvalid, awready, wdata, wstrb, wlast, wvalid, wready, bid, bresp, bvalid, bready;
};

// A memory behind an AXI4 port. It takes several bursts at a time and answers in order.
class AxiMemory final : public Model {
 public:
  AxiMemory(const AxiPorts& ports, size_t width, size_t bytes, const Manner& how, Chance& dice)
      : p(ports), beat(width), store(bytes, 0xa5), manner(how), chance(dice) {}
  std::vector<uint8_t>& bytes() { return store; }

  void sample() override {
    ++now;
    if (p.arvalid.get() && p.arready.get())
      reads.push_back({p.araddr.get(), static_cast<uint32_t>(p.arlen.get()) + 1, p.arid.get(), now + manner.latency});
    if (p.rvalid.get() && p.rready.get()) reading = false;
    if (p.awvalid.get() && p.awready.get())
      writes.push_back({p.awaddr.get(), static_cast<uint32_t>(p.awlen.get()) + 1, p.awid.get(), 0});
    if (p.wvalid.get() && p.wready.get()) {
      Word w;
      w.data.resize(beat);
      std::memcpy(w.data.data(), p.wdata.at, beat);
      const uint8_t* strobes = static_cast<const uint8_t*>(p.wstrb.at);
      for (size_t i = 0; i < beat; ++i) w.strobe.push_back((strobes[i / 8] >> (i % 8)) & 1);
      words.push_back(w);
    }
    if (p.bvalid.get() && p.bready.get()) answering = false;
    // Data finds its address, whichever came first.
    while (!writes.empty() && !words.empty()) {
      Burst& b = writes.front();
      const Word& w = words.front();
      for (size_t i = 0; i < beat; ++i)
        if (w.strobe[i] && b.address + i < store.size() && !isBad(b.address)) store[b.address + i] = w.data[i];
      b.failed = b.failed || isBad(b.address);
      b.address += beat;
      words.pop_front();
      if (--b.left == 0) {
        b.from = now + manner.latency;
        answers.push_back(b);
        writes.pop_front();
      }
    }
  }

  void drive() override {
    p.arready.set(chance.of(manner.readyPercent));
    p.awready.set(chance.of(manner.readyPercent));
    p.wready.set(chance.of(manner.readyPercent));
    if (!reading) {
      reading = !reads.empty() && now >= reads.front().from && chance.of(manner.validPercent);
      p.rvalid.set(reading);
      if (reading) {
        Burst& b = reads.front();
        for (size_t i = 0; i < beat; ++i)
          static_cast<uint8_t*>(p.rdata.at)[i] = b.address + i < store.size() ? store[b.address + i] : 0;
        p.rid.set(b.id);
        p.rresp.set(isBad(b.address) ? 2 : 0);
        p.rlast.set(b.left == 1);
        b.address += beat;
        if (--b.left == 0) reads.pop_front();
      }
    }
    if (!answering) {
      answering = !answers.empty() && now >= answers.front().from && chance.of(manner.validPercent);
      p.bvalid.set(answering);
      if (answering) {
        p.bid.set(answers.front().id);
        p.bresp.set(answers.front().failed ? 2 : 0);
        answers.pop_front();
      }
    }
  }

 private:
  struct Burst {
    uint64_t address;
    uint32_t left;
    uint64_t id;
    uint64_t from;
    bool failed = false;
  };
  struct Word {
    std::vector<uint8_t> data;
    std::vector<uint8_t> strobe;
  };
  bool isBad(uint64_t address) const {
    return address + beat > store.size() || (address >= manner.errorFrom && address < manner.errorTo);
  }
  AxiPorts p;
  size_t beat;
  std::vector<uint8_t> store;
  const Manner& manner;
  Chance& chance;
  uint64_t now = 0;
  bool reading = false, answering = false;
  std::deque<Burst> reads, writes, answers;
  std::deque<Word> words;
};

struct AxiLitePorts {
  Port awaddr, awprot, awvalid, awready, wdata, wstrb, wvalid, wready, bresp, bvalid, bready;
  Port araddr, arprot, arvalid, arready, rdata, rresp, rvalid, rready;
};

// A processor's bus: one access at a time, each channel with a delay of its own.
class AxiLiteMaster final : public Model {
 public:
  struct Delays {
    uint32_t address = 0, data = 0, response = 0;
  };
  explicit AxiLiteMaster(const AxiLitePorts& ports) : p(ports) {}
  void write(uint32_t address, uint32_t data, uint32_t strobe, Delays d) {
    p.awaddr.set(address);
    p.wdata.set(data);
    p.wstrb.set(strobe);
    begin(true, d);
  }
  void read(uint32_t address, Delays d) {
    p.araddr.set(address);
    begin(false, d);
  }
  bool busy() const { return active; }
  uint32_t answer = 0, data = 0;

  void sample() override {
    if (!active) return;
    if (p.awvalid.get() && p.awready.get()) awDone = true;
    if (p.wvalid.get() && p.wready.get()) wDone = true;
    if (p.arvalid.get() && p.arready.get()) arDone = true;
    if (p.bvalid.get() && p.bready.get()) finish(p.bresp.get(), 0);
    if (p.rvalid.get() && p.rready.get()) finish(p.rresp.get(), p.rdata.get());
    ++waited;
  }
  void drive() override {
    p.awvalid.set(active && writing && !awDone && waited >= delays.address);
    p.wvalid.set(active && writing && !wDone && waited >= delays.data);
    p.arvalid.set(active && !writing && !arDone && waited >= delays.address);
    p.bready.set(active && writing && waited >= delays.response);
    p.rready.set(active && !writing && waited >= delays.response);
  }

 private:
  void begin(bool isWrite, Delays d) {
    active = true;
    writing = isWrite;
    delays = d;
    waited = 0;
    awDone = wDone = arDone = false;
    drive();
  }
  void finish(uint64_t response, uint64_t value) {
    answer = static_cast<uint32_t>(response);
    data = static_cast<uint32_t>(value);
    active = false;
  }
  AxiLitePorts p;
  Delays delays;
  bool active = false, writing = false, awDone = false, wDone = false, arDone = false;
  uint32_t waited = 0;
};

struct AxiStreamPorts {
  Port tdata, tkeep, tlast, tvalid, tready;
};

// A source of packets.
class StreamSource final : public Model {
 public:
  StreamSource(const AxiStreamPorts& ports, size_t width, const Manner& how, Chance& dice)
      : p(ports), beat(width), manner(how), chance(dice) {}
  // Rows that begin with a transfer each; the packet ends with the last one, or after `endAfter` rows.
  void packet(const uint8_t* data, size_t rowBytes, size_t rows, size_t endAfter) {
    for (size_t row = 0; row < rows; ++row)
      for (size_t at = 0; at < rowBytes; at += beat) {
        const size_t count = rowBytes - at < beat ? rowBytes - at : beat;
        const bool ends = at + beat >= rowBytes && (row + 1 == rows || row + 1 == endAfter);
        waiting.push_back({std::vector<uint8_t>(data + row * rowBytes + at, data + row * rowBytes + at + count), ends});
      }
  }
  void drop() { waiting.clear(); }
  void sample() override {
    if (p.tvalid.get() && p.tready.get()) offering = false;
  }
  void drive() override {
    if (offering) return;
    offering = !waiting.empty() && chance.of(manner.validPercent);
    p.tvalid.set(offering);
    uint8_t* data = static_cast<uint8_t*>(p.tdata.at);
    uint8_t* keep = static_cast<uint8_t*>(p.tkeep.at);
    std::memset(keep, 0, (beat + 7) / 8);
    for (size_t i = 0; i < beat; ++i) data[i] = static_cast<uint8_t>(chance.next());
    if (!offering) return;
    const Beat& b = waiting.front();
    for (size_t i = 0; i < b.data.size(); ++i) {
      data[i] = b.data[i];
      keep[i / 8] = static_cast<uint8_t>(keep[i / 8] | 1u << (i % 8));
    }
    p.tlast.set(b.last);
    waiting.pop_front();
  }

 private:
  struct Beat {
    std::vector<uint8_t> data;
    bool last;
  };
  AxiStreamPorts p;
  size_t beat;
  const Manner& manner;
  Chance& chance;
  bool offering = false;
  std::deque<Beat> waiting;
};

// A sink of packets: what was kept, and where packets ended.
class StreamSink final : public Model {
 public:
  StreamSink(const AxiStreamPorts& ports, size_t width, const Manner& how, Chance& dice)
      : p(ports), beat(width), manner(how), chance(dice) {}
  std::vector<uint8_t> data;
  std::vector<uint32_t> ends;
  void sample() override {
    if (!(p.tvalid.get() && p.tready.get())) return;
    const uint8_t* bytes = static_cast<const uint8_t*>(p.tdata.at);
    const uint8_t* keep = static_cast<const uint8_t*>(p.tkeep.at);
    for (size_t i = 0; i < beat; ++i)
      if ((keep[i / 8] >> (i % 8)) & 1) data.push_back(bytes[i]);
    if (p.tlast.get()) ends.push_back(static_cast<uint32_t>(data.size()));
  }
  void drive() override { p.tready.set(chance.of(manner.readyPercent)); }

 private:
  AxiStreamPorts p;
  size_t beat;
  const Manner& manner;
  Chance& chance;
};

}  // namespace prunus
