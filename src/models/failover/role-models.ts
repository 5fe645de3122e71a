/** A chain of legs as the model of every role: each role has its own view of it, and its own record of answers. */
import type { AnswerGuard, ModelOf, RoleModel } from "../../agent/role.ts";
import type { TokenBudgets } from "../token-budget.ts";
import { Echoes } from "./echoes.ts";
import type { FailoverChatModel } from "./failover-chat-model.ts";

export interface RoleModelsOptions {
  /** Tokens the smallest context in use holds; undefined while nobody has said. */
  readonly contextTokens?: () => number | undefined;
  readonly budgets?: TokenBudgets;
}

export function roleModels(
  chat: FailoverChatModel,
  { contextTokens, budgets }: RoleModelsOptions = {},
): ModelOf {
  const made = new Map<string, RoleModel>();
  const { chain } = chat;
  const { name: leg, model } = chain.primary.leg;
  return ({ name }) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const echoes = new Map<string, Echoes>();
    const guard: AnswerGuard = {
      judged: (legName, fault) => {
        const judged = chain.legNamed(legName);
        if (judged !== undefined) chain.judged(judged, name, fault);
      },
      isEcho: (legName = "", { caseId, answer }) => {
        const said = echoes.get(legName) ?? new Echoes();
        echoes.set(legName, said);
        return said.isEcho(caseId, answer);
      },
      isDown: async (legName) => {
        const used = chain.legNamed(legName);
        return used !== undefined && !(await used.proves());
      },
    };
    const budget = budgets?.of(name);
    const roleModel: RoleModel = {
      ...{ chat: chat.for(name), name: model, leg, guard },
      ...(contextTokens === undefined ? {} : { contextTokens }),
      ...(budget === undefined ? {} : { budget }),
    };
    made.set(name, roleModel);
    return roleModel;
  };
}
