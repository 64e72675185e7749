/* ways.h - what the commands chain and pool do. */
#ifndef ADMIN_WAYS_H
#define ADMIN_WAYS_H

struct command;

void command_chain(struct command *);
void command_pool(struct command *);

#endif
