/** Where the stack seems to be. An AWS account never has this number, so nothing made here can be taken for something real. */
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

export const queueArn = (name: string): string => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`;
