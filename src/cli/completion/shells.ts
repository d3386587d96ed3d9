/** The shells that words are completed for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** The command by which the scripts ask for what can stand at the cursor; it is no command for people. */
export const COMPLETE = '__complete';
