// A fence of the operating system around a plugin's process, behind the allow-list: what a plugin does not reach even where it got past that.

export type FenceKind = 'bubblewrap' | 'namespaces' | 'none';

/** What the system itself closes to the process, as was tried. */
export interface Closed {
  /** Files but those that the plugin may have. */
  readonly files: boolean;
  /** Every network, that of this machine included. */
  readonly network: boolean;
  /** Other processes. */
  readonly processes: boolean;
}

export interface LaunchCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** What is to run, and what it may have. Absolute paths. */
export interface FencedCommand extends LaunchCommand {
  readonly readable: readonly string[];
  /** The working directory as well. */
  readonly writable: string;
}

export interface PluginFence {
  readonly kind: FenceKind;
  readonly closed: Closed;
  readonly wrap: (command: FencedCommand) => LaunchCommand;
}

export const NO_FENCE: PluginFence = Object.freeze({
  kind: 'none',
  closed: { files: false, network: false, processes: false },
  wrap: ({ program, args }: FencedCommand): LaunchCommand => ({ program, args }),
});
