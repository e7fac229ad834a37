// Small file systems of their own, for data folders: one that can be filled, one that breaks as a disk does. Both need root.
import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface SmallDisk {
  /** Where it is mounted. */
  readonly mount: string;
  /** Nobody may have a file open on it. */
  remove(): Promise<void>;
}

/** In memory. Throws with the reason where it can't be made. */
export async function memoryDisk(megabytes: number): Promise<SmallDisk> {
  const mount = await mkdtemp(path.join(os.tmpdir(), 'postroom-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', mount]);
  } catch (error) {
    await rm(mount, { recursive: true });
    throw error;
  }
  return {
    mount,
    remove: async () => {
      await run('umount', [mount]);
      await rm(mount, { recursive: true });
    },
  };
}

/** Btrfs in a file, which writes each change to a new block. Throws with the reason where it can't be made: `mkfs.btrfs` may be missing. */
export async function copyingDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'postroom-btrfs-'));
  const [image, mount] = [path.join(folder, 'image'), path.join(folder, 'mount')];
  try {
    await writeFile(image, '');
    await truncate(image, megabytes * 2 ** 20);
    await run('mkfs.btrfs', ['-q', '-M', image]);
    await run('mkdir', [mount]);
    await run('mount', ['-o', 'loop', image, mount]);
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return {
    mount,
    remove: async () => {
      await run('umount', [mount]);
      await rm(folder, { recursive: true });
    },
  };
}

/** Ext4 in a file, as most servers have it: mounted with `errors=remount-ro`. */
export class BreakableDisk implements SmallDisk {
  private constructor(
    private readonly folder: string,
    private device: string,
  ) {}

  /** Throws with the reason where it can't be made. */
  static async make(megabytes: number): Promise<BreakableDisk> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'postroom-ext4-'));
    const image = path.join(folder, 'image');
    let device: string | undefined;
    try {
      await writeFile(image, '');
      await truncate(image, megabytes * 2 ** 20);
      // Small blocks, of which a page of memory has several; none are kept for root.
      await run('mkfs.ext4', ['-q', '-F', '-b', '1024', '-m', '0', image]);
      device = (await run('losetup', ['-f', '--show', image])).stdout.trim();
      const disk = new BreakableDisk(folder, device);
      await run('mkdir', [disk.mount]);
      await disk.#mount();
      return disk;
    } catch (error) {
      if (device !== undefined) await run('losetup', ['-d', device]);
      await rm(folder, { recursive: true });
      throw error;
    }
  }

  get mount(): string {
    return path.join(this.folder, 'mount');
  }

  /** The kernel finds an error in the file system: from now on nothing can be written, whoever has files open. */
  async break(): Promise<void> {
    await writeFile(`/sys/fs/ext4/${path.basename(this.device)}/trigger_fs_error`, '1');
  }

  /** What an administrator does then. Nobody may have a file open on it. */
  async mend(): Promise<void> {
    await run('umount', [this.mount]);
    // It answers 1 where it mended something.
    await run('e2fsck', ['-f', '-p', this.device]).catch((error: { code?: number }) => {
      if (error.code !== 1) throw error;
    });
    await this.#mount();
  }

  /**
   * The power goes: what the file system had not written to its device is gone. `stop` ends, meanwhile, everything that has files open on it; it must
   * not write any more from now on. Mounted again when this resolves.
   */
  async cutPower(stop: () => Promise<void>): Promise<void> {
    const image = path.join(this.folder, 'image');
    await run('cp', ['--sparse=always', image, `${image}.cut`]);
    await stop();
    await run('umount', [this.mount]);
    await run('losetup', ['-d', this.device]);
    await rename(`${image}.cut`, image);
    this.device = (await run('losetup', ['-f', '--show', image])).stdout.trim();
    await this.#mount();
  }

  async remove(): Promise<void> {
    await run('umount', [this.mount]);
    await run('losetup', ['-d', this.device]);
    await rm(this.folder, { recursive: true });
  }

  async #mount(): Promise<void> {
    await run('mount', ['-o', 'errors=remount-ro', this.device, this.mount]);
  }
}
