// What `pulumi up --stack europe` and the Kubernetes operator run: one stack of the list.
import * as pulumi from "@pulumi/pulumi";
import { govern } from "./govern";
import { poolsByStack } from "./pools";

govern(poolsByStack().get(pulumi.getStack()) ?? []);
