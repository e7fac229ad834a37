// How far a long command is.
import type { ReactNode } from 'react';
import type { Progress } from '../api/client.js';

export function WorkProgress({ progress }: { readonly progress: Progress | undefined }): ReactNode {
  if (progress === undefined) return undefined;
  return (
    <label>
      {progress.what} <progress value={progress.done} max={progress.of ?? progress.done + 1} />
    </label>
  );
}
