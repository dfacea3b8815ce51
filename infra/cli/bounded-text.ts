/** The text of an answer: somebody else's may have no end. `whole`: whether it ended within so many bytes. */
export const boundedText = async (response: Response, most: number): Promise<{ readonly text: string; readonly whole: boolean }> => {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    bytes += part.byteLength;
    if (bytes > most) return { text: Buffer.concat(parts).toString('utf8', 0, most), whole: false };
  }
  return { text: Buffer.concat(parts).toString('utf8'), whole: true };
};
