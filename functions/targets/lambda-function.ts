/** A function as a deployment needs it, read once from what AWS says. */
import type { FunctionConfiguration, GetFunctionCommandOutput } from '@aws-sdk/client-lambda';
import { parseImage } from '../core/image.ts';
import { type Container, readContainer } from './containers.ts';

/** What a version is in, and what an update of `$LATEST` came to. */
export interface LambdaState {
  /** `$LATEST`, or the number of a version. */
  readonly version: string;
  /** Hash of what runs; of two versions with the same one, both run the same image. */
  readonly codeSha256: string | undefined;
  /** Changes with every change, and once more when an update ends. */
  readonly revisionId: string | undefined;
  /** Of the last change of code or configuration, in milliseconds; AWS may give whole seconds. */
  readonly modifiedAt: number | undefined;
  readonly state: string | undefined;
  readonly stateReason: string;
  readonly update: string | undefined;
  readonly updateReason: string;
}

export interface LambdaFunction extends LambdaState {
  readonly packageType: string;
  /** The function itself, with the image as it was asked for. */
  readonly container: Container;
  /** Of the image that runs: a tag is resolved once, by the update that names it, and never again. */
  readonly digest: string | undefined;
}

export const readState = (configuration: FunctionConfiguration): LambdaState => {
  const at = Date.parse(configuration.LastModified ?? '');
  return {
    version: configuration.Version ?? '$LATEST',
    codeSha256: configuration.CodeSha256,
    revisionId: configuration.RevisionId,
    modifiedAt: Number.isNaN(at) ? undefined : at,
    state: configuration.State,
    stateReason: said(configuration.StateReasonCode, configuration.StateReason),
    update: configuration.LastUpdateStatus,
    updateReason: said(configuration.LastUpdateStatusReasonCode, configuration.LastUpdateStatusReason),
  };
};

export const readFunction = ({ Configuration = {}, Code = {} }: Pick<GetFunctionCommandOutput, 'Configuration' | 'Code'>): LambdaFunction => {
  const container = readContainer({ name: Configuration.FunctionName, image: Code.ImageUri });
  const resolved = parseImage(Code.ResolvedImageUri ?? '');
  return {
    ...readState(Configuration),
    packageType: Configuration.PackageType ?? 'Zip',
    container,
    digest: container.image?.digest ?? (resolved.ok ? resolved.value.digest : undefined),
  };
};

const said = (...parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined && part !== '').join(': ');
