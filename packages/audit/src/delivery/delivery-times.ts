/** How patient a lane is with its sink; all in milliseconds. */
export interface DeliveryTimes {
	/** Deadline of one write. @default 30_000 */
	readonly writeTimeoutMs: number;
	/** The n-th retry waits a random time below `retryBaseMs` × 2ⁿ. @default 100 */
	readonly retryBaseMs: number;
	/** No random wait is longer. @default 30_000 */
	readonly retryCapMs: number;
	/** The longest wait that a sink's `retryAfterMs` can ask for. @default 300_000 */
	readonly retryAfterCapMs: number;
	/** Between two tries while an operator must act. @default 30_000 */
	readonly holdMs: number;
}

/** The defaults. */
export const DEFAULT_TIMES: DeliveryTimes = {
	writeTimeoutMs: 30_000,
	retryBaseMs: 100,
	retryCapMs: 30_000,
	retryAfterCapMs: 300_000,
	holdMs: 30_000,
};
