import { isValidResumeUUID, parseResumeUUID, type ResumeUUID } from 'claude-shared-state';

declare const id: ResumeUUID;
declare const text: string;
declare const unknown: unknown;

export const isText: string = id;
export const parsed: ResumeUUID | undefined = parseResumeUUID(text);
export const narrowed: ResumeUUID | undefined = isValidResumeUUID(unknown) ? unknown : undefined;

// @ts-expect-error A text that nobody has looked at.
export const unchecked: ResumeUUID = text;
// @ts-expect-error Not even one that looks right.
export const literal: ResumeUUID = '0b8e5c1a-2f6d-4c3b-9a7e-5d4c3b2a1f0e';
// @ts-expect-error The text may hold no id.
export const certain: ResumeUUID = parseResumeUUID(text);
// @ts-expect-error It is a text, not anything.
export const isNumber: number = id;
