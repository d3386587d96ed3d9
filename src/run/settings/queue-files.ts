/** How workers come to the files that rows name. `shared`: each worker reads them under the same paths. */
export type QueueFiles = 'send' | 'shared';
