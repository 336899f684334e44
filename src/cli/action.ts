/** What a command does: exit code 0, or 1 when a check failed. Bad input is thrown. */
export type Action = (options: Record<string, unknown>, ...args: string[]) => Promise<number>;
