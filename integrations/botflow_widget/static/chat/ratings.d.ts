/** What a person says of answers: for each message one request after the other, so that what they said last is what stays. */
export type Rating = {
    messageId: string;
    value: "up" | "down" | null;
    comment?: string | undefined;
};
/** @typedef {{messageId: string, value: "up" | "down" | null, comment?: string | undefined}} Rating */
export declare class Ratings {
    #private;
    /** @param {(rating: Rating) => Promise<unknown>} send */
    constructor(send: (rating: Rating) => Promise<unknown>);
    /** Send it after those before it; return whether it was sent: not if a newer one has made it pointless. @param {Rating} rating */
    give(rating: Rating): Promise<boolean>;
}
