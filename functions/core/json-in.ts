/** The value of a text that ought to be JSON; undefined where it is none: whoever answers may be somebody else. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
