/*
 * What stands in a handout where the student's code belongs.
 *
 * TODO("1.3") says on the console that exercise 1.3 is not done yet, and ends the machine in
 * order: the grader's verdict is NOT-DONE, and names the place. It does not return, so that a
 * function whose body is a TODO needs no return value.
 */
#pragma once

#define TODO(exercise)    exercise_todo(exercise " " __FILE__ ":" TODO_DIGITS(__LINE__))
#define TODO_DIGITS(line) TODO_TEXT(line)
#define TODO_TEXT(line)   #line

/* `place`: the exercise, a space, file:line. */
_Noreturn void exercise_todo(const char *place);
