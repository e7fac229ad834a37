// The error of commands that only look, for a folder without data: so looking does not make one.
import path from 'node:path';
import { PostroomError } from '../errors.js';
import { shellWord } from './shellWord.js';

export function dataMissing(dataDir: string): PostroomError {
  return new PostroomError(
    'data/missing',
    `${path.resolve(dataDir)} holds no data of Postroom. Name another folder with --data, or begin one here: postroom serve --data ${shellWord(dataDir)}`,
  );
}
