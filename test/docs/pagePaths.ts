// The paths that a page names: its links, and names of files and folders of the tree in its text. Pure.
import path from 'node:path';

export interface NamedPath {
  /** As the page has it. */
  readonly text: string;
  /** From the root, with slashes; any of them may be there. */
  readonly files: readonly string[];
  /** Of a link: the heading that it leads to. */
  readonly anchor?: string;
}

const LINK = /\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)"/g;
/** `core/flow/sort.ts`, `plugins/pop3`, `test/peers/`; not the end of a longer path or of an address. */
const TREE = /(?<![\w./@~-])(?:core|plugins|sdk|test|scripts|docs|\.ci|\.vscode)\/[\w./-]*\w/g;

/** `session.ts` behind `plugins/smtp/submission/listener.ts` in one line: in the same folder. */
const BESIDE = /`((?:core|plugins|sdk|test|scripts)\/[\w./-]*\/)[\w-]+\.ts`|`([\w-]+\.ts)`/g;

/** `page` is the page's own path from the root. Links to other servers are left out. */
export function pathsOf(page: string, text: string): readonly NamedPath[] {
  const links = [...text.matchAll(LINK)].flatMap(([, link, source]) => linked(page, link ?? source ?? ''));
  // Tables name tests below test/, without their ends.
  const named = [...text.replace(LINK, '').matchAll(TREE)].map(([name]) => ({
    text: name,
    files: [name, `test/${name}.test.ts`, `test/${name}.ts`],
  }));
  return [...links, ...named, ...text.split('\n').flatMap(besides)];
}

function besides(line: string): readonly NamedPath[] {
  let folder: string | undefined;
  return [...line.matchAll(BESIDE)].flatMap(([, at, name]) => {
    if (at !== undefined) folder = at;
    return name === undefined || folder === undefined ? [] : [{ text: name, files: [`${folder}${name}`] }];
  });
}

function linked(page: string, link: string): readonly NamedPath[] {
  if (/^[a-z]+:/.test(link)) return [];
  const [target = '', anchor] = link.split('#');
  const file = target === '' ? page : path.posix.normalize(path.posix.join(path.posix.dirname(page), target));
  return [{ text: link, files: [file], ...(anchor !== undefined && { anchor }) }];
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
