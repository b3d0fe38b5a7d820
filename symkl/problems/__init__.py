"""The KL-regularised problem on finite alphabets: in floats, in any number of digits, or in certified balls.

At each prompt x, maximise ``E_π[r] - β KL(π‖π_ref)``. The maximiser is ``π*(y|x) = π_ref(y|x) exp(r(x,y)/β) / Z(x)``,
the maximum is ``β log Z(x)``, and what any other policy loses is ``β KL(π‖π*)``.

Each module uses those before it: ``tables`` reads numbers and keeps them as they were given, ``layout`` knows which
belong to which prompt, ``numbers`` has the three arithmetics, ``kinds`` how precise an answer must be, ``measures``
the distributions, ``formulas`` what is computed from them, ``training`` the way to the optimum, and ``finite`` is the
face.
"""

from symkl.problems.finite import FiniteProblem, FrontierPoint
from symkl.problems.tables import InvalidProblem
from symkl.problems.training import EndPoint, Training

__all__ = ["EndPoint", "FiniteProblem", "FrontierPoint", "InvalidProblem", "Training"]
