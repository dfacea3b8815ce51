/**
 * What an expression for `java.util.regex` means otherwise in RE2 syntax without either engine saying so. What RE2 does not
 * have at all (look-around, back-references, possessive quantifiers, \h) its engine refuses by name; groups with names are the same in both.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/regex/Pattern.html
 */
export const javaOnly = (expression: string): string | undefined => {
  let inside = false;
  for (let at = 0; at < expression.length; at += 1) {
    const char = expression[at];
    if (char === '\\') {
      // Quoted text means itself in both.
      const end = expression.startsWith('\\Q', at) ? expression.indexOf('\\E', at) : at;
      if (end === -1) return undefined;
      at = end + 1;
    } else if (!inside) inside = char === '[';
    else if (char === '[') return 'a class within a class ([a[b]]), which RE2 syntax reads as the character "[": write one class';
    else if (char === '&' && expression[at + 1] === '&')
      return 'an intersection of classes ([a-z&&[^x]]), which RE2 syntax reads as characters: write the class out';
    else if (char === ']') inside = false;
  }
  return undefined;
};
