/** A short name for a JSON value: equal values (keys in the same order) have equal names. FNV-1a over UTF-16, 32 bits: it tells an edit from none and guards nothing. */
export const fingerprint = (value: unknown): string => {
  const text = JSON.stringify(value) ?? '';
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
};
