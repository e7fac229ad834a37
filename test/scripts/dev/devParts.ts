// The parts of `npm run dev`, which are plain JavaScript, with their types.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../kit/sourceFiles.js';

export interface Actions {
  readonly project?: string;
  readonly page?: true;
}

export interface DevParts {
  actionsFor(root: string, file: string): Actions | undefined;
  projectsBelow(root: string, folder: string): readonly string[];
  shownLine(line: string, all: boolean): string | undefined;
  readySentence(event: object): string;
  watchFolders(root: string, folders: readonly string[], changed: (file: string) => void): { dispose(): void };
  readonly Builder: new (
    root: string,
    to: { built(): void; failed(output: string): void },
  ) => {
    start(): Promise<void>;
    note(actions: Actions): void;
    build(): void;
    dispose(): void;
  };
  readonly DevServer: new (
    root: string,
    dataDir: string,
    options: { line(line: string): void; ended(how: string): void; inspect?: boolean },
  ) => {
    restart(): Promise<string | undefined>;
    dispose(): Promise<void>;
  };
}

export async function devParts(): Promise<DevParts> {
  const files = ['changes', 'words', 'watchFolders', 'builder', 'server'];
  const modules = files.map((name) => import(pathToFileURL(path.join(ROOT, 'scripts', 'dev', `${name}.mjs`)).href) as Promise<object>);
  return Object.assign({}, ...(await Promise.all(modules))) as DevParts;
}
