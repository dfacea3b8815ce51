/** What CloudFormation made for a stack: physical names by the logical ids that the constructs give. */
import { awsClient, denied } from './aws.ts';
import { CliError } from './io.ts';

interface StackResource {
  readonly type: string;
  readonly logicalId: string;
  /** Of a queue its URL. */
  readonly physicalId: string;
}

export const stackResources = async (stack: string, region: string | undefined): Promise<readonly StackResource[]> => {
  const { CloudFormationClient, ListStackResourcesCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(await awsClient(region));
  const found: StackResource[] = [];
  try {
    let NextToken: string | undefined;
    do {
      const page = await client.send(new ListStackResourcesCommand({ StackName: stack, ...(NextToken === undefined ? {} : { NextToken }) }));
      for (const { ResourceType, LogicalResourceId, PhysicalResourceId } of page.StackResourceSummaries ?? [])
        if (ResourceType !== undefined && LogicalResourceId !== undefined && PhysicalResourceId !== undefined)
          found.push({ type: ResourceType, logicalId: LogicalResourceId, physicalId: PhysicalResourceId });
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return found;
  } catch (error) {
    throw denied(
      error,
      'cloudformation:ListStackResources',
      (what) => new CliError(`the stack ${stack} cannot be read (${what}): check its name and --region`),
    );
  } finally {
    client.destroy();
  }
};
