// What the generated harness tells the driver about a Verilated top module, and how elements lie on its buses.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stimulus and results are little-endian words");

namespace prunus {

// A bus of `count` elements of `width` bits (1..52), element 0 in the least significant bits.
struct Field {
  const char* name;
  void* port;  // Verilator's storage: 1, 2, 4 or 8 bytes up to 64 bits, else 32-bit words
  uint32_t width;
  uint32_t count;
  bool isSigned;

  uint32_t bits() const { return width * count; }
  uint32_t elementWords() const { return width > 32 ? 2 : 1; }   // in a stimulus or result file
  uint32_t words() const { return count * elementWords(); }
  uint32_t busWords() const { return (bits() + 31) / 32; }
  size_t portBytes() const {
    const uint32_t b = bits();
    return b <= 8 ? 1 : b <= 16 ? 2 : b <= 32 ? 4 : b <= 64 ? 8 : size_t{4} * busWords();
  }
};

struct Stream {
  const char* name;
  uint8_t* valid;
  uint8_t* ready;
  std::vector<Field> fields;
};

// The Verilated model behind a narrow interface, so that the driver is compiled once for all designs.
struct Model {
  virtual ~Model() = default;
  virtual void eval() = 0;
  virtual bool finished() = 0;
  virtual bool canTrace() = 0;
  virtual void openTrace(const char* file) = 0;
  virtual void dumpTrace(uint64_t time) = 0;
  virtual void closeTrace() = 0;
};

struct Design {
  const char* top;
  uint32_t layout;  // layoutHash() of the description that the harness was made from
  Model* model;
  uint8_t* clk;
  uint8_t* rstN;
  std::vector<Stream> inputs;
  std::vector<Stream> outputs;
  std::vector<Field> inputWires;
  std::vector<Field> outputWires;
};

// Written by the harness.
Design makeDesign(int argc, char** argv);

// Elements (1 or 2 words each) to bus bits. `bus` has room for busWords() rounded up to 2.
inline void packElements(const Field& f, const uint32_t* elements, uint32_t* bus) {
  uint64_t gathered = 0;
  uint32_t have = 0;
  const auto put = [&](uint32_t value, uint32_t bits) {
    const uint32_t mask = bits == 32 ? 0xffffffffu : (1u << bits) - 1u;
    gathered |= uint64_t{value & mask} << have;
    have += bits;
    if (have >= 32) {
      *bus++ = static_cast<uint32_t>(gathered);
      gathered >>= 32;
      have -= 32;
    }
  };
  if (f.width <= 32) {
    for (uint32_t e = 0; e < f.count; ++e) put(elements[e], f.width);
  } else {
    for (uint32_t e = 0; e < f.count; ++e) {
      put(elements[2 * e], 32);
      put(elements[2 * e + 1], f.width - 32);
    }
  }
  if (have > 0) *bus = static_cast<uint32_t>(gathered);
}

// Bus bits to elements, sign-extended to their words.
inline void unpackElements(const Field& f, const uint32_t* bus, uint32_t* elements) {
  uint64_t gathered = 0;
  uint32_t have = 0;
  const auto get = [&](uint32_t bits, bool extend) {
    if (have < bits) {
      gathered |= uint64_t{*bus++} << have;
      have += 32;
    }
    const uint32_t raw = static_cast<uint32_t>(gathered) << (32 - bits);
    gathered >>= bits;
    have -= bits;
    return extend ? static_cast<uint32_t>(static_cast<int32_t>(raw) >> (32 - bits)) : raw >> (32 - bits);
  };
  for (uint32_t e = 0; e < f.count; ++e) {
    if (f.width <= 32) {
      *elements++ = get(f.width, f.isSigned);
    } else {
      *elements++ = get(32, false);
      *elements++ = get(f.width - 32, f.isSigned);
    }
  }
}

// Puts elements on a port.
inline void drive(const Field& f, const uint32_t* elements) {
  if (f.bits() > 64) {
    packElements(f, elements, static_cast<uint32_t*>(f.port));
  } else {
    uint32_t bus[2] = {0, 0};
    packElements(f, elements, bus);
    std::memcpy(f.port, bus, f.portBytes());
  }
}

// Reads elements off a port.
inline void sample(const Field& f, uint32_t* elements) {
  if (f.bits() > 64) {
    unpackElements(f, static_cast<const uint32_t*>(f.port), elements);
  } else {
    uint32_t bus[2] = {0, 0};
    std::memcpy(bus, f.port, f.portBytes());
    unpackElements(f, bus, elements);
  }
}

// Turns every bit of a port over: what a source shows while it offers nothing, so that nobody relies on it.
inline void invert(const Field& f) {
  const uint32_t bits = f.bits();
  if (bits > 64) {
    uint32_t* words = static_cast<uint32_t*>(f.port);
    const uint32_t n = f.busWords();
    for (uint32_t i = 0; i < n; ++i) words[i] = ~words[i];
    if (bits % 32) words[n - 1] &= (1u << (bits % 32)) - 1u;
  } else {
    uint64_t value = 0;
    std::memcpy(&value, f.port, f.portBytes());
    value = ~value & (bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1u);
    std::memcpy(f.port, &value, f.portBytes());
  }
}

// Counter-based random bits (lowbias32 by C. Wellons); the Icarus test bench computes the same.
inline uint32_t mix(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  x ^= x >> 16;
  return x;
}

// Does the stream with this key go ahead in this cycle? All ones means always.
inline bool goes(uint32_t key, uint32_t cycle, uint32_t threshold) {
  return threshold == 0xffffffffu || mix(cycle ^ key) < threshold;
}
inline uint32_t streamKey(uint32_t seed, uint32_t stream) { return mix(seed + (stream + 1) * 0x9e3779b9u); }

}  // namespace prunus
