/** FNV-1a (Fowler, Noll, Vo), 32 bits, over the UTF-16 code units of a text, low byte first. Tells texts apart; it is no signature. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    for (const byte of [unit & 255, unit >> 8]) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}
