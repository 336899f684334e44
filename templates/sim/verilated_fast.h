// Verilator's inline functions for signed numbers, in the form that g++ makes the best code of. Comes before the C++
// that Verilator generates. As with Verilator's own, operands are clean: nothing is set above their own bits.
#pragma once

#include "verilated.h"

namespace prunus {

inline int32_t signed32(int bits, IData x) { return static_cast<int32_t>(x << (32 - bits)) >> (32 - bits); }
inline int64_t signed64(int bits, QData x) { return static_cast<int64_t>(x << (64 - bits)) >> (64 - bits); }

}  // namespace prunus

#define VL_EXTENDS_II(obits, lbits, x) static_cast<IData>(prunus::signed32(lbits, x))
#define VL_EXTENDS_QI(obits, lbits, x) static_cast<QData>(prunus::signed64(lbits, x))
#define VL_EXTENDS_QQ(obits, lbits, x) static_cast<QData>(prunus::signed64(lbits, x))
#define VL_MULS_III(bits, a, b) (static_cast<IData>(prunus::signed32(bits, a)) * static_cast<IData>(prunus::signed32(bits, b)))
#define VL_MULS_QQQ(bits, a, b) (static_cast<QData>(prunus::signed64(bits, a)) * static_cast<QData>(prunus::signed64(bits, b)))
#define VL_LTS_III(bits, a, b) static_cast<IData>(prunus::signed32(bits, a) < prunus::signed32(bits, b))
#define VL_GTS_III(bits, a, b) static_cast<IData>(prunus::signed32(bits, a) > prunus::signed32(bits, b))
#define VL_LTES_III(bits, a, b) static_cast<IData>(prunus::signed32(bits, a) <= prunus::signed32(bits, b))
#define VL_GTES_III(bits, a, b) static_cast<IData>(prunus::signed32(bits, a) >= prunus::signed32(bits, b))
