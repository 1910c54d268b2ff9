/**
 * Of the process that folds. What a round makes lives until its commit: in Node's usual 16 MB most of it is copied twice
 * before it dies.
 */
export const foldNodeOptions: readonly string[] = ['--max-semi-space-size=32'];
