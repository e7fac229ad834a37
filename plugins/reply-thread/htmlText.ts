// HTML as lines of text, so that a Message-ID in a report for people can be read. Ids stand in it as `&lt;...&gt;`, in links, or as they are. Pure, linear.

const LONGEST_ID = 500;
/** Tags that stand inside a line. */
const INLINE = new Set(['a', 'b', 'i', 'u', 'em', 'strong', 'span', 'font', 'code', 'tt', 'small', 'wbr', 'o:p']);
const CELLS = new Set(['td', 'th']);
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', nbsp: ' ', commat: '@', shy: '', zwnj: '' };

/** Each block is one line, as are the cells of a row. */
export function textOfHtml(html: string): string {
  const pieces: string[] = [];
  let at = 0;
  for (;;) {
    const open = html.indexOf('<', at);
    const close = open < 0 ? -1 : html.indexOf('>', open);
    if (close < 0) break;
    const text = html.slice(at, open);
    if (text.trim() !== '') pieces.push(text);
    const instead = insteadOf(html.slice(open + 1, close));
    // Between blocks stands no empty line: that would end the header which is shown.
    if (instead !== '' && !(instead === '\n' && pieces.at(-1) === '\n')) pieces.push(instead);
    at = close + 1;
  }
  pieces.push(html.slice(at));
  return pieces.join('').replace(/&(#?\w{1,8});/g, (all, name: string) => characterOf(name) ?? all);
}

/** A program that forgot to escape an id has made a tag of it. */
function insteadOf(tag: string): string {
  if (tag.length <= LONGEST_ID && /^[^\s"'=/]+@[^\s"'=/]+$/.test(tag)) return `<${tag}>`;
  const name = /^\/?([a-z][\w:]*)/i.exec(tag)?.[1]?.toLowerCase() ?? '';
  if (INLINE.has(name)) return '';
  return CELLS.has(name) ? ' ' : '\n';
}

function characterOf(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code < 0x80 ? String.fromCharCode(code) : undefined;
}
