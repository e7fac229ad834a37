// The error of read-only commands for a folder without data, so that looking does not create one.
import path from 'node:path';
import { PostroomError } from '@postroom/sdk';
import { shellWord } from '@postroom/sdk/base';

export function dataMissing(dataDir: string): PostroomError {
  return new PostroomError(
    'data/missing',
    `${path.resolve(dataDir)} holds no data of Postroom. Name another folder with --data, or begin one here: postroom serve --data ${shellWord(dataDir)}`,
  );
}
