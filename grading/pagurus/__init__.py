"""The tools of the Pagurus course: the autograder and the tools for trees of labs."""
