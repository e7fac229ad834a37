// Cuts the text of an address field into tokens (RFC 5322 section 3.2) in one pass, whatever the text is. Works on octets as Latin-1
// characters: what they mean is decoded when the structure is known.

/** `atom`: a run of characters without meaning to the grammar, dots included. `literal`: a domain literal with its brackets. */
export interface Token {
  readonly kind: 'atom' | 'quoted' | 'comment' | 'literal' | 'special';
  /** Without quotes, outer parentheses and quoting backslashes; a `special` is one of `<>@,;:`. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** White space or a comment stood before it. */
  readonly apart: boolean;
}

/** White space of the grammar. Not `\s`: in Latin-1 that holds 0xA0, which is half of many a UTF-8 character. */
const BLANKS = ' \t\r\n\f\v';
const SPECIALS = '<>@,;:';
/** Ends an atom. */
const DELIMITER = /[ \t\r\n\f\v"()<>@,;:[\]]/g;
const LITERAL_END = /[\][ \t\r\n\f\v,;<>]/g;

/** Reads tokens one after the other. An unclosed quote or comment is noticed once and then read differently: no input takes more than three passes. */
export class TokenReader {
  readonly #text: string;
  #position = 0;
  #apart = false;
  /** No quoted string from here on is closed: a quotation mark is skipped. */
  #quotesLost = false;
  /** Some comment is not closed: comments end at the next separator of the list at the latest (sorting case 62). */
  #commentsLost = false;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token | undefined {
    for (;;) {
      this.#skipBlanks();
      const start = this.#position;
      const first = this.#text[start];
      if (first === undefined) return undefined;
      const token = this.#read(first, start);
      if (token !== undefined) return token;
      // A quotation mark or bracket without its partner means nothing.
      this.#position = start + 1;
      this.#apart = true;
    }
  }

  /** The next character that is not white space, left unread. */
  peek(): string | undefined {
    this.#skipBlanks();
    return this.#text[this.#position];
  }

  #read(first: string, start: number): Token | undefined {
    if (first === '(') return this.#comment(start);
    if (first === '"') return this.#quoted(start);
    if (first === '[') return this.#token('literal', start, this.#literalEnd(start));
    if (first === ')' || first === ']') return undefined;
    if (SPECIALS.includes(first)) return this.#token('special', start, start + 1);
    return this.#token('atom', start, this.#encodedWordEnd(start) ?? this.#find(DELIMITER, start + 1));
  }

  #token(kind: Token['kind'], start: number, end: number, text = this.#text.slice(start, end)): Token {
    const apart = this.#apart;
    this.#position = end;
    this.#apart = kind === 'comment';
    return { kind, text, start, end, apart };
  }

  #skipBlanks(): void {
    while (this.#position < this.#text.length && BLANKS.includes(this.#text.charAt(this.#position))) {
      this.#position += 1;
      this.#apart = true;
    }
  }

  #find(pattern: RegExp, from: number): number {
    pattern.lastIndex = from;
    return pattern.exec(this.#text)?.index ?? this.#text.length;
  }

  #quoted(start: number): Token | undefined {
    const end = this.#quotesLost ? undefined : closingQuote(this.#text, start);
    this.#quotesLost = end === undefined;
    return end === undefined ? undefined : this.#token('quoted', start, end, unquote(this.#text.slice(start + 1, end - 1)));
  }

  #comment(start: number): Token {
    let bounds = readComment(this.#text, start, this.#commentsLost ? ',;' : '');
    if (!bounds.closed && !this.#commentsLost) {
      this.#commentsLost = true;
      bounds = readComment(this.#text, start, ',;');
    }
    const { end, closed } = bounds;
    return this.#token('comment', start, end, unquote(this.#text.slice(start + 1, closed ? end - 1 : end)));
  }

  #literalEnd(start: number): number {
    const end = this.#find(LITERAL_END, start + 1);
    return this.#text[end] === ']' ? end + 1 : end;
  }

  /**
   * An encoded-word is one atom even where its text holds characters that it should have encoded: what looks like an address in a name is
   * a name (sorting cases 36 and 38). Looks at most at the next four question marks.
   */
  #encodedWordEnd(start: number): number | undefined {
    const text = this.#text;
    if (!text.startsWith('=?', start)) return undefined;
    const charsetEnd = text.indexOf('?', start + 2);
    if (charsetEnd < 0 || !/^[BbQq]\?$/.test(text.slice(charsetEnd + 1, charsetEnd + 3))) return undefined;
    const end = text.indexOf('?', charsetEnd + 3);
    if (end < 0 || text[end + 1] !== '=' || /[ \t\r\n"<>]/.test(text.slice(start, end))) return undefined;
    return end + 2;
  }
}

/** Position behind the closing quotation mark. */
function closingQuote(text: string, start: number): number | undefined {
  for (let position = start + 1; position < text.length; position += 1) {
    if (text[position] === '\\') position += 1;
    else if (text[position] === '"') return position + 1;
  }
  return undefined;
}

/** Reads to behind the matching parenthesis (comments nest), or to one of `stops`, or to the end of the text. */
function readComment(text: string, start: number, stops: string): { readonly end: number; readonly closed: boolean } {
  let depth = 0;
  for (let position = start; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (character === '\\') position += 1;
    else if (character === '(') depth += 1;
    else if (character === ')' && --depth === 0) return { end: position + 1, closed: true };
    else if (stops.includes(character)) return { end: position, closed: false };
  }
  return { end: text.length, closed: false };
}

/** Takes quoting backslashes away and unfolds. */
function unquote(text: string): string {
  const whole = text.includes('\\') ? text.replace(/\\([\s\S])/g, '$1') : text;
  return whole.replace(/\r?\n/g, '');
}
